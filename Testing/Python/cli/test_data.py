"""``craniomark data``: what it prints and how it ends."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from craniomark.cli import data, exits
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.ground.volumes import Volume, write_volume


@pytest.fixture(autouse=True)
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own data out."""
    monkeypatch.delenv("CRANIOMARK_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return two sound specimens."""
    rng = np.random.default_rng(0)
    for name in "ab":
        image = rng.integers(0, 255, (20, 20, 20)).astype(np.uint8)
        write_volume(Volume(image, np.diag([0.5, 0.5, 0.5, 1])), tmp_path / "skulls" / f"{name}.nii.gz")
        landmarks = LandmarkSet(("1", "2", "3"), rng.uniform(2, 8, (3, 3)))
        write_landmarks(landmarks, tmp_path / "skulls" / f"{name}.mrk.json")
    return tmp_path / "skulls"


def run(*arguments: object) -> int:
    return exits.run(data.app, [str(one) for one in arguments])


def test_the_sets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    told = capsys.readouterr().out
    assert "mmllm" in told and "mouse_models" in told and "not fetched" in told


def test_sound_data_end_with_zero(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", folder) == 0
    assert "2 specimens, 3 landmarks, 0 problems" in capsys.readouterr().out


def test_problems_end_with_three(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(folder / "a.nii.gz", folder / "b.nii.gz")
    assert run("check", folder) == 3
    told = capsys.readouterr()
    assert "same file as a" in told.out
    assert "1 problems" in told.err


def test_problems_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.mrk.json").unlink()
    assert run("check", folder, "--json") == 3
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == 1
    assert told["findings"][0]["specimen"] == "b"


def test_an_empty_folder_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert run("check", tmp_path / "empty") == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_changed_public_file_is_a_problem(
    mouse_ct_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "mmllm"
    copy.mkdir()
    for path in mouse_ct_folder.glob("152_1[12]*.nii.gz"):
        shutil.copy(path, copy)
    (copy / "152_11-LM.nii.gz").unlink()
    assert run("check", copy) == 3
    told = capsys.readouterr().out
    assert "152_11-LM.nii.gz" in told and "differs from the published file" in told


def test_the_contact_sheet_is_written(folder: Path, tmp_path: Path) -> None:
    assert run("show", folder, "-o", tmp_path / "sheet.png") == 0
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")


def test_data_that_are_there_are_not_fetched(
    mouse_ct_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CRANIOMARK_DATA", str(mouse_ct_folder.parent))
    assert run("fetch", "mmllm") == 0
    told = capsys.readouterr().out
    assert "Licence" in told and "has them already" in told


@pytest.mark.parametrize("command", ["fetch", "delete"])
def test_an_unknown_set_ends_with_two(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "rats") == 2
    assert "mmllm" in capsys.readouterr().err


def test_deleting_what_was_not_fetched_ends_with_two() -> None:
    assert run("delete", "mmllm") == 2


@pytest.mark.parametrize("command", ["list", "fetch", "check", "show", "make", "rebuild", "delete"])
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0
    assert f"craniomark data {command}" in capsys.readouterr().out


def test_samples_are_made_and_made_again(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "samples"
    assert run("make", "augmented", folder, "-o", out, "--count", 2, "--seed", 5) == 0
    assert len(list((out / "images").iterdir())) == 4
    assert run("rebuild", out) == 0
    assert "the same to the byte" in capsys.readouterr().out
    shutil.copy(folder / "a.nii.gz", folder / "b.nii.gz")
    assert run("rebuild", out) == 2
    assert "b.nii.gz is changed" in capsys.readouterr().err


def test_a_recipe_may_be_a_file(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = tmp_path / "recipe.json"
    recipe.write_text('{"mirror": {"flip": 1.0}}')
    assert run("show", folder, "-o", tmp_path / "s.png", "--recipe", recipe, "--count", 2) == 0
    recipe.write_text('{"mirrors": {}}')
    assert run("show", folder, "-o", tmp_path / "s.png", "--recipe", recipe) == 2
    assert "mirrors" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("show", "--seed", 3),
        ("make", "voxels", "--seed", 3),
        ("make", "soup"),
        ("make", "augmented", "--recipe", "x"),
    ],
)
def test_odd_requests_end_with_two(words: tuple[object, ...], folder: Path, tmp_path: Path) -> None:
    first, *rest = words
    kind = [rest.pop(0)] if first == "make" else []
    assert run(first, *kind, folder, "-o", tmp_path / "out", *rest) == 2
    assert not (tmp_path / "out").exists()
