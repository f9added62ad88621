"""Every file format against SimpleITK, and what is refused before a header is looked at."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume

SUFFIXES = [".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd"]
DTYPES = ["uint8", "int8", "int16", "uint16", "int32", "uint32", "float32", "float64", "int64", "uint64"]

Written = Callable[..., Path]
Compare = Callable[[Volume, Path], None]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_direction_is_honoured(
    suffix: str, direction: NDArray[np.float64], written: Written, agrees_with_itk: Compare
) -> None:
    path = written(suffix, direction=direction)
    agrees_with_itk(read_volume(path), path)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_any_voxel_type_is_kept(suffix: str, dtype: str, written: Written, agrees_with_itk: Compare) -> None:
    path = written(suffix, dtype)
    volume = read_volume(path)
    assert volume.array.dtype == dtype
    agrees_with_itk(volume, path)


@pytest.mark.parametrize("suffix", [".nrrd", ".nhdr", ".mha", ".mhd"])
def test_compressed_voxels_are_read(suffix: str, written: Written, agrees_with_itk: Compare) -> None:
    path = written(suffix, compress=True)
    agrees_with_itk(read_volume(path), path)


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
def test_a_fourth_axis_of_one_voxel_is_dropped(
    suffix: str, written: Written, agrees_with_itk: Compare
) -> None:
    path = written(suffix, array=np.arange(60, dtype=np.int16).reshape(1, 3, 4, 5))
    volume = read_volume(path)
    assert volume.shape == (5, 4, 3)
    agrees_with_itk(volume, path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_image_with_an_orientation_tells_left_from_right(suffix: str, written: Written) -> None:
    assert read_volume(written(suffix)).left_right_known


def test_negative_and_large_values_are_kept(written: Written) -> None:
    array = np.array([-32768, 32767, 0, 5] * 16, dtype=np.int16).reshape(4, 4, 4)
    volume = read_volume(written(".nrrd", array=array))
    assert volume.array.min() == -32768
    assert volume.array.max() == 32767


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_given_spacing_replaces_the_one_of_the_file(suffix: str, written: Written) -> None:
    volume = read_volume(written(suffix), spacing=(20, 30, 40), unit="um")
    assert np.allclose(volume.spacing, [0.02, 0.03, 0.04])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_unit_alone_turns_the_lengths_of_the_file_into_millimetres(suffix: str, written: Written) -> None:
    path = written(suffix)
    assert np.allclose(read_volume(path, unit="um").matrix[:3], read_volume(path).matrix[:3] / 1000)


def test_a_given_spacing_must_be_positive(written: Written) -> None:
    with pytest.raises(InputError, match="spacing"):
        read_volume(written(".nrrd"), spacing=(0.1, -1, 0.1))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_file_is_named(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        read_volume(tmp_path / f"none{suffix}")


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".isq", ".aim"])
def test_an_empty_file_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"empty{suffix}"
    path.touch()
    with pytest.raises(InputError, match="0 bytes"):
        read_volume(path)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".isq", ".aim"])
def test_a_file_that_is_no_image_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"letter{suffix}"
    path.write_text("Dear colleague,\n\nhere are the scans = none.\n" * 40)
    with pytest.raises(InputError, match="format"):
        read_volume(path)


def test_an_unknown_extension_is_refused_with_those_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_text("x")
    with pytest.raises(InputError, match=r"\.nii\.gz"):
        read_volume(path)


def test_a_folder_without_slices_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither"):
        read_volume(tmp_path)


def test_scanco_files_are_refused_in_a_sentence_where_itk_has_no_reader(tmp_path: Path) -> None:
    path = tmp_path / "scan.isq"
    path.write_bytes(b"CTDATA-HEADER_V1" + bytes(4096))
    with pytest.raises(InputError, match="Scanco"):
        read_volume(path)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("keep", [0.3, 0.7, 0.99])
@pytest.mark.parametrize("compress", [False, True])
def test_a_cut_off_file_is_refused(suffix: str, keep: float, compress: bool, written: Written) -> None:
    array = np.random.default_rng(0).integers(0, 99, (20, 20, 20)).astype(np.int16)
    path = written(suffix, array=array, compress=compress)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep * len(whole))])
    with pytest.raises(InputError, match="cut off"):
        read_volume(path)


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd", ".mha"])
def test_a_changed_byte_in_compressed_voxels_is_noticed(suffix: str, written: Written) -> None:
    array = np.random.default_rng(0).integers(0, 99, (20, 20, 20)).astype(np.int16)
    path = written(suffix, array=array, compress=True)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_volume(path)


def test_real_scans_agree_with_itk(mouse_ct_folder: Path, agrees_with_itk: Compare) -> None:
    path = mouse_ct_folder / "152_20.nii.gz"
    volume = read_volume(path)
    assert volume.left_right_known
    agrees_with_itk(volume, path)
