"""Bone masks from file to file: on the scan's own grid, in memory or mapped, and what bad input ends with."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from craniomark.flows.segmentation.run import Options, segment
from craniomark.flows.segmentation.sections import align_file, restore_file
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume, write_volume
from craniomark.tasks.segment.network import NetworkSettings, SegmentNetwork
from craniomark.tasks.segment.sharpness import spectrum
from craniomark.tasks.segment.zoom import Index

MATRIX = np.array([[0, -0.1, 0, 3], [0.12, 0, 0, -2], [0, 0, 0.09, 7], [0, 0, 0, 1.0]])


@pytest.fixture
def run_folder(tmp_path: Path, skull: Volume) -> Path:
    """A finished run of an untrained network, which is a threshold, and for which the skull is usual."""
    folder = tmp_path / "run"
    folder.mkdir()
    torch.manual_seed(0)
    network = SegmentNetwork(NetworkSettings((8, 8), dilations=(1,), deep=0))

    def read(start: Index, shape: Index) -> np.ndarray:
        part = tuple(slice(first, first + n) for first, n in zip(start, shape, strict=True))
        return np.asarray(skull.array[part], dtype=np.float32)

    network.learn_usual(0.1, [spectrum(read, skull.shape)])
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    told = vars(network.settings) | {"filters": [8, 8], "dilations": [1]}
    text = json.dumps({"config": {"target": {}, "model": told}})
    (folder / "identity.json").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def skull() -> Volume:
    """A thick shell in air, uneven as bone is."""
    rng = np.random.default_rng(0)
    i, j, k = np.meshgrid(*(np.linspace(-1, 1, n) for n in (60, 72, 66)), indexing="ij")
    away = np.sqrt(i**2 + j**2 + 0.8 * k**2)
    array = np.where(np.abs(away - 0.6) < 0.12, 900, 40) + rng.normal(0, 15, away.shape)
    return Volume(array.astype(np.int16), MATRIX)


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
