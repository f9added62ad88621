"""What is another than at the start of a run is named before anything is prepared."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from toy_training import ENTRY

from craniomark.flows.training.cache import Cache
from craniomark.flows.training.config.compose import Config, compose
from craniomark.flows.training.data import file_sums, specimens_with_landmarks
from craniomark.flows.training.early import check_start
from craniomark.flows.training.files import BEGINNING, RunFolder
from craniomark.flows.training.identity import Identity
from craniomark.flows.training.job import recorded
from craniomark.flows.training.resume import record_identity
from craniomark.ground.checks import InputError


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Files with the names of five landmarked scans; none is ever read as such."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in range(5):
        for end in (".nii.gz", ".mrk.json"):
            (folder / f"animal_{number}{end}").write_text(f"{number}{end}")
    return folder


@pytest.fixture
def again(scans: Path, tmp_path: Path) -> Callable[..., None]:
    """Begin a run on the scans, and return what checks whether it can go on with the words given."""
    cache = Cache(tmp_path / "cache")

    def config_of(*words: str) -> Config:
        return compose(ENTRY, [f"data={scans}", f"out={tmp_path / 'run'}", *words])

    config = config_of()
    sums = file_sums(specimens_with_landmarks(str(scans)), str(scans), cache)
    identity = Identity("1", recorded(config), sums | {"template/bundle.json": "a" * 64}, 0, {}, "c")
    record_identity(RunFolder(tmp_path / "run"), identity, config.settings.loop)
    (tmp_path / "run" / "checkpoints" / "00-000000200.safetensors").touch()

    def check(*words: str) -> None:
        now = config_of(*words)
        check_start(now.settings, recorded(now), cache)

    return check


def test_the_same_goes_on_wherever_it_lies(again: Callable[..., None], scans: Path, tmp_path: Path) -> None:
    again()
    moved = scans.rename(tmp_path / "elsewhere")
    again(f"data={moved}")


def test_a_new_run_is_let_through(again: Callable[..., None], tmp_path: Path) -> None:
    again(f"out={tmp_path / 'new'}", "data=nowhere")


@pytest.mark.parametrize("gone", ["animal_2.nii.gz", "animal_2.mrk.json"])
def test_a_file_that_is_gone_is_named_and_not_the_folds_that_lack_it(
    again: Callable[..., None], scans: Path, gone: str
) -> None:
    (scans / gone).unlink()
    with pytest.raises(InputError) as told:
        again()
    assert (told.value.field, "gone" in told.value.value) == (f"data file {gone}", True)
    assert "more" not in told.value.value and "folds" not in str(told.value)


def test_so_few_that_no_run_could_begin_are_named_too(again: Callable[..., None], scans: Path) -> None:
    for number in range(1, 5):
        (scans / f"animal_{number}.nii.gz").unlink()
    with pytest.raises(InputError, match=r"data file animal_1.nii.gz is gone.*\(and 3 more differences\)"):
        again()


def test_a_file_that_was_changed_is_named(again: Callable[..., None], scans: Path) -> None:
    (scans / "animal_3.mrk.json").write_text("corrected by hand")
    with pytest.raises(InputError, match=r"data file animal_3.mrk.json is another .sha256 \w{12}"):
        again()


def test_a_specimen_that_is_new_is_named(again: Callable[..., None], scans: Path) -> None:
    for end in (".nii.gz", ".mrk.json"):
        shutil.copy(scans / f"animal_3{end}", scans / f"late{end}")
    with pytest.raises(InputError, match=r"data file late.mrk.json is new.*\(and 1 more difference\)"):
        again()


def test_another_setting_is_named_once_and_before_the_data(again: Callable[..., None], scans: Path) -> None:
    (scans / "animal_2.nii.gz").unlink()
    with pytest.raises(InputError, match=r"loop.steps is 7, while the run began with 1000: give back"):
        again("loop.steps=7")


def test_a_run_that_has_learnt_nothing_is_let_through_with_other_settings_and_data(
    again: Callable[..., None], scans: Path, tmp_path: Path
) -> None:
    checkpoints = tmp_path / "run" / "checkpoints"
    (checkpoints / "00-000000200.safetensors").rename(checkpoints / BEGINNING)
    (scans / "animal_2.nii.gz").unlink()
    again("loop.steps=7")
