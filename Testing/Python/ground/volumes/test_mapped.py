"""Volumes mapped from disk: the same voxels and places as when they are read, and written to be read."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume, write_volume
from craniomark.ground.volumes.mapped import mapped_volume, needs_mapping, write_mapped


@pytest.fixture
def volume(direction: np.ndarray) -> Volume:
    matrix = np.eye(4)
    matrix[:3, :3] = direction * [0.1, 0.2, 0.3]
    matrix[:3, 3] = 5, -7, 11
    array = np.random.default_rng(0).integers(0, 2, (9, 10, 12)).astype(np.uint8)
    return Volume(array, matrix)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd"])
def test_what_is_written_slice_by_slice_is_what_the_readers_read(
    volume: Volume, ending: str, tmp_path: Path
) -> None:
    path = tmp_path / f"mask{ending}"
    write_mapped(volume, path)
    ours = read_volume(path)
    assert np.array_equal(ours.array, volume.array) and ours.matrix == pytest.approx(volume.matrix, abs=1e-5)
    itk = sitk.ReadImage(str(path))
    assert np.array_equal(sitk.GetArrayFromImage(itk).T, volume.array)
    corner = itk.TransformIndexToPhysicalPoint((8, 9, 11))
    assert corner == pytest.approx(volume.to_lps([8, 9, 11]), abs=1e-4)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("kind", ["uint8", "int16", "float32"])
def test_mapped_voxels_are_those_that_are_read(
    volume: Volume, ending: str, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / f"scan{ending}"
    write_volume(Volume(volume.array.astype(kind), volume.matrix), path)
    (tmp_path / "scratch").mkdir()
    found, read = mapped_volume(path, tmp_path / "scratch"), read_volume(path)
    assert isinstance(found.array, np.memmap) and found.array.dtype == read.array.dtype
    assert np.array_equal(found.array, read.array) and np.array_equal(found.matrix, read.matrix)


def test_plain_files_are_mapped_where_they_lie(tmp_path: Path) -> None:
    array = np.arange(1000, dtype=np.int16).reshape(10, 10, 10)
    path = tmp_path / "scan.nii"
    image = sitk.GetImageFromArray(array)
    sitk.WriteImage(image, str(path), False)
    (tmp_path / "scratch").mkdir()
    found = mapped_volume(path, tmp_path / "scratch")
    assert np.array_equal(found.array, array.T) and not list((tmp_path / "scratch").iterdir())
    assert not found.array.flags.writeable


def test_scaled_values_and_other_byte_orders_are_written_out_first(tmp_path: Path) -> None:
    array = np.arange(1000, dtype=">i2").reshape(10, 10, 10, order="F")
    path = tmp_path / "scan.nrrd"
    head = "NRRD0004\ntype: short\ndimension: 3\nspace: LPS\nsizes: 10 10 10\nendian: big\nencoding: raw\n"
    path.write_bytes(
        f"{head}space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\n\n".encode()
        + array.tobytes(order="F")
    )
    (tmp_path / "scratch").mkdir()
    found = mapped_volume(path, tmp_path / "scratch")
    assert found.array.dtype == np.int16 and np.array_equal(found.array, array)


def test_a_stack_of_slices_is_mapped(tmp_path: Path) -> None:
    import tifffile

    folder = tmp_path / "stack"
    folder.mkdir()
    array = np.random.default_rng(0).integers(0, 200, (9, 12, 11)).astype(np.uint8)
    for number, cut in enumerate(array):
        tifffile.imwrite(folder / f"cut{number:03d}.tif", cut)
    (tmp_path / "scratch").mkdir()
    found = mapped_volume(folder, tmp_path / "scratch", spacing=(0.1, 0.1, 0.1))
    assert np.array_equal(found.array, array.T) and not found.left_right_known
    assert needs_mapping(folder, 0)


def test_small_scans_need_no_mapping(volume: Volume, tmp_path: Path) -> None:
    write_volume(volume, tmp_path / "scan.nrrd")
    assert not needs_mapping(tmp_path / "scan.nrrd", 0.25) and needs_mapping(tmp_path / "scan.nrrd", 0)


def test_cut_off_files_and_other_endings_are_told(volume: Volume, tmp_path: Path) -> None:
    path = tmp_path / "scan.nii.gz"
    write_volume(volume, path)
    path.write_bytes(path.read_bytes()[:-40])
    (tmp_path / "scratch").mkdir()
    with pytest.raises(InputError, match="cut off"):
        mapped_volume(path, tmp_path / "scratch")
    with pytest.raises(InputError, match="file type"):
        write_mapped(volume, tmp_path / "mask.mha")
    wide = Volume(np.zeros((2, 2, 40_000), np.uint8), np.eye(4))
    with pytest.raises(InputError, match=r"write it as \.nrrd"):
        write_mapped(wide, tmp_path / "mask.nii")
