"""Bone masks from file to file: on the scan's own grid, in memory or mapped, and what bad input ends with."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from threshold_run import MATRIX, shell, write_run

from craniomark.flows.segmentation.run import Options, segment
from craniomark.flows.segmentation.sections import align_file, restore_file
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume, write_volume


@pytest.fixture
def skull() -> Volume:
    return shell()


@pytest.fixture
def run_folder(tmp_path: Path, skull: Volume) -> Path:
    return write_run(tmp_path / "run", skull)


@pytest.fixture
def scan(skull: Volume, tmp_path: Path) -> Path:
    write_volume(skull, tmp_path / "skull.nii.gz")
    return tmp_path / "skull.nii.gz"


def test_a_mask_lies_on_the_grid_of_the_scan(
    scan: Path, skull: Volume, run_folder: Path, tmp_path: Path
) -> None:
    heard: list[tuple[str, float]] = []
    found = segment(scan, tmp_path / "m.nrrd", Options(str(run_folder)), lambda *told: heard.append(told))
    mask = read_volume(tmp_path / "m.nrrd")
    assert mask.shape == skull.shape and mask.matrix == pytest.approx(skull.matrix, abs=1e-6)
    assert mask.array.dtype == np.uint8 and set(np.unique(mask.array)) == {0, 1}
    assert (mask.array != (skull.array > 470)).mean() < 0.001
    assert found.voxels == int(mask.array.sum())
    assert found.volume_mm3 == pytest.approx(found.voxels * 0.1 * 0.12 * 0.09)
    assert {name for name, _ in heard} >= {"read", "look over", "segment", "write"}
    assert {path.name for path in tmp_path.iterdir()} == {"m.nrrd", "run", scan.name}


@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd"])
def test_a_scan_that_is_mapped_gives_the_same(
    scan: Path, run_folder: Path, tmp_path: Path, ending: str
) -> None:
    whole, mapped = tmp_path / f"whole{ending}", tmp_path / f"mapped{ending}"
    for out, share in ((whole, 0.9), (mapped, 0.0)):
        segment(scan, out, Options(str(run_folder), tile=32, overlap=8, in_memory=share))
    one, two = read_volume(whole), read_volume(mapped)
    assert np.array_equal(one.array, two.array) and two.matrix == pytest.approx(one.matrix, abs=1e-6)
    with pytest.raises(InputError, match="file type"):
        segment(scan, tmp_path / "m.mha", Options(str(run_folder), in_memory=0.0))


def test_the_average_of_mirror_images_is_one_mask_too(scan: Path, run_folder: Path, tmp_path: Path) -> None:
    for name, average in (("one", False), ("mean", True)):
        segment(scan, tmp_path / f"{name}.nii.gz", Options(str(run_folder), average=average))
    one, mean = (read_volume(tmp_path / f"{name}.nii.gz").array for name in ("one", "mean"))
    assert (one != mean).mean() < 0.001


def test_stopped_between_tiles_nothing_is_left(scan: Path, run_folder: Path, tmp_path: Path) -> None:
    def stop(name: str, done: float) -> None:
        if name == "segment" and done > 0.3:
            raise KeyboardInterrupt

    before = set(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        segment(scan, tmp_path / "m.nii.gz", Options(str(run_folder), tile=32), stop)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("array", "told"),
    [
        (np.full((12, 12, 12), 7, np.int16), "contrast"),
        (np.where(np.arange(1728).reshape(12, 12, 12) == 5, np.nan, 1.0).astype(np.float32), "not finite"),
        (np.arange(5 * 40 * 40, dtype=np.int16).reshape(5, 40, 40), "at least 8 voxels a side"),
    ],
)
def test_scans_that_show_nothing(array: np.ndarray, told: str, run_folder: Path, tmp_path: Path) -> None:
    write_volume(Volume(array, np.diag([0.1, 0.1, 0.1, 1])), tmp_path / "bad.nii.gz")
    for share in (0.9, 0.0):
        with pytest.raises(InputError, match=told):
            segment(tmp_path / "bad.nii.gz", tmp_path / "m.nii.gz", Options(str(run_folder), in_memory=share))
    assert not (tmp_path / "m.nii.gz").exists()


def test_names_that_can_not_be_written_and_tiles_that_are_not_allowed(
    scan: Path, run_folder: Path, tmp_path: Path
) -> None:
    options = Options(str(run_folder))
    with pytest.raises(InputError, match="an input"):
        segment(scan, scan, options)
    with pytest.raises(InputError, match="file type"):
        segment(scan, tmp_path / "m.png", options)
    with pytest.raises(InputError, match="at least 16 voxels"):
        segment(scan, tmp_path / "m.nii.gz", Options(str(run_folder), tile=4))


def test_models_that_have_no_such_network(scan: Path, tmp_path: Path, run_folder: Path) -> None:
    for broken, told in (("identity.json", "another task"), ("weights.safetensors", "not finished")):
        folder = tmp_path / broken.partition(".")[0]
        folder.mkdir()
        for name in ("identity.json", "weights.safetensors"):
            (folder / name).write_bytes((run_folder / name).read_bytes())
        if broken == "identity.json":
            (folder / broken).write_text('{"config": {"model": {}}}', encoding="utf-8")
        else:
            (folder / broken).unlink()
        with pytest.raises(InputError, match=told):
            segment(scan, tmp_path / "m.nii.gz", Options(str(folder)))


def test_sections_go_in_line_and_labels_come_back(skull: Volume, tmp_path: Path) -> None:
    array = skull.array.copy()
    array[:, :, 30:] = np.roll(array[:, :, 30:], (3, -4), (0, 1))
    write_volume(Volume(array, MATRIX), tmp_path / "stack.nrrd")
    found = align_file(tmp_path / "stack.nrrd", tmp_path / "line.nrrd", {"axis": 2})
    aligned = read_volume(tmp_path / "line.nrrd")
    assert found.moved == 36 and aligned.shape[0] == 63 and aligned.shape[1] == 76
    middle = [aligned.array[:, :, k].astype(float) for k in (29, 30)]
    assert np.corrcoef(middle[0].ravel(), middle[1].ravel())[0, 1] > 0.9
    labels = Volume((aligned.array > 470).astype(np.uint8), aligned.matrix)
    write_volume(labels, tmp_path / "labels.nrrd")
    restore_file(tmp_path / "labels.nrrd", found.record, tmp_path / "back.nrrd")
    back = read_volume(tmp_path / "back.nrrd")
    assert np.array_equal(back.array, array > 470) and back.matrix == pytest.approx(MATRIX, abs=1e-6)


def test_labels_and_records_that_do_not_match(skull: Volume, tmp_path: Path) -> None:
    write_volume(skull, tmp_path / "stack.nrrd")
    record = align_file(tmp_path / "stack.nrrd", tmp_path / "line.nrrd", {}).record
    small = Volume(np.arange(27).reshape(3, 3, 3).astype(np.uint8), MATRIX)
    away = MATRIX.copy()
    away[0, 3] += 1
    for volume, told in ((small, "3 x 3 x 3 voxels"), (Volume(skull.array, away), "mm off")):
        write_volume(volume, tmp_path / "labels.nrrd")
        with pytest.raises(InputError, match=told):
            restore_file(tmp_path / "labels.nrrd", record, tmp_path / "back.nrrd")
    with pytest.raises(InputError, match="not readable"):
        restore_file(tmp_path / "labels.nrrd", tmp_path / "labels.nrrd", tmp_path / "back.nrrd")
    with pytest.raises(InputError, match="give 0, 1 or 2"):
        align_file(tmp_path / "stack.nrrd", tmp_path / "line.nrrd", {"axis": 5})
