"""What is done of a training of everything, and what it belongs to."""

import json
from pathlib import Path

import pytest

from craniomark.flows.training.everything.state import FILE, Source, begun, finished, minutes_of, spent
from craniomark.ground.checks import InputError

SETTINGS = {"seed": 1, "recipe_of": {"members": 2}}
FILES = {"scan of a": Source("a.nii.gz", "12" * 32), "scan of b": Source("b.nii.gz", "34" * 32)}


def again(out: Path, settings: object = None, files: object = None) -> dict[str, float]:
    return begun(out, settings or SETTINGS, files or FILES, "scans")  # type: ignore[arg-type]


def test_stages_are_remembered(tmp_path: Path) -> None:
    assert again(tmp_path) == {}
    spent(tmp_path, "check", 0.5)
    finished(tmp_path, "check", 0.5)
    assert again(tmp_path) == {"check": 0.5}


def test_minutes_of_attempts_add_up(tmp_path: Path) -> None:
    again(tmp_path)
    spent(tmp_path, "orient", 2.0)
    assert spent(tmp_path, "orient", 1.5) == 3.5
    assert again(tmp_path) == {}, "no attempt was finished"
    assert minutes_of(tmp_path) == 3.5


@pytest.mark.parametrize(
    ("settings", "files", "told"),
    [
        ({"seed": 2}, {}, "craniomark train all: seed is 2, while the training in .* began with 1: give"),
        ({"recipe_of": {"members": 3}}, {}, "recipe's members is 3, while .* began with 2"),
        ({}, {"scan of b": Source("b.nii.gz", "99" * 32)}, "scans: data file b.nii.gz is another .sha256 99"),
        ({}, {"scan of b": None}, "scans: data file b.nii.gz is gone, while the training in .* with it"),
        ({}, {"scan of c": Source("sub/c.nii.gz", "5" * 64)}, "scans: data file sub/c.nii.gz is new"),
    ],
)
def test_another_training_is_refused_naming_setting_or_file(
    tmp_path: Path, settings: dict[str, object], files: dict[str, Source | None], told: str
) -> None:
    again(tmp_path)
    for stage in ("check", "template"):
        finished(tmp_path, stage, 0.1)
    now = {key: one for key, one in (FILES | files).items() if one}
    with pytest.raises(InputError, match=told):
        again(tmp_path, SETTINGS | settings, now)
    assert again(tmp_path), "the folder was left as it was"


@pytest.mark.parametrize("done", [(), ("check",)])
def test_data_that_were_put_right_begin_anew_until_a_stage_has_learnt(
    tmp_path: Path, done: tuple[str, ...]
) -> None:
    again(tmp_path)
    for stage in done:
        finished(tmp_path, stage, 0.1)
    mended = FILES | {"scan of b": Source("b.nii.gz", "99" * 32)}
    assert again(tmp_path, files=mended) == {}
    finished(tmp_path, "template", 0.1)
    assert again(tmp_path, files=mended) == {"template": 0.1}
    with pytest.raises(InputError, match=r"b\.nii\.gz"):
        again(tmp_path)


def test_a_folder_from_before_names_were_kept_goes_on(tmp_path: Path) -> None:
    again(tmp_path)
    finished(tmp_path, "template", 0.1)
    kept = json.loads((tmp_path / FILE).read_text())
    del kept["names"]
    (tmp_path / FILE).write_text(json.dumps(kept))
    assert again(tmp_path) == {"template": 0.1}
    with pytest.raises(InputError, match="data file scan of b is gone"):
        again(tmp_path, files={"scan of a": FILES["scan of a"]})


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"belongs": {}, "minutes": {}, "spent": {}}'])
def test_a_damaged_record_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(InputError, match=r"stages\.json: content is"):
        again(tmp_path)
