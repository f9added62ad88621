"""NIfTI headers, patched byte by byte, against SimpleITK."""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_nifti

CODES, SROW, UNITS, PIXDIM, SLOPE = 252, 280, 123, 76, 112
QUARTER_TURN = ("12f", 0, 0.75, 0, 5, 0.5, 0, 0, 6, 0, 0, 1.25, 7)
SHEARED = ("12f", -0.5, 0.5, 0, 5, 0, -0.75, 0, 6, 0, 0, 1.25, 7)

Patched = Callable[..., Path]
Compare = Callable[[Volume, Path], None]


@pytest.fixture
def patched(written: Callable[..., Path]) -> Patched:
    """Write an image and put other values into its header: {offset: (format, values...)}."""

    def write(patches: dict[int, tuple[object, ...]]) -> Path:
        path = written(".nii")
        content = bytearray(path.read_bytes())
        for offset, (layout, *values) in patches.items():
            struct.pack_into(f"<{layout}", content, offset, *values)
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("codes", [(1, 1), (1, 2), (2, 1), (2, 2), (0, 2), (1, 0), (1, 4)])
def test_a_disagreement_of_qform_and_sform_is_settled_as_itk_does(
    codes: tuple[int, int], patched: Patched, agrees_with_itk: Compare
) -> None:
    path = patched({CODES: ("hh", *codes), SROW: QUARTER_TURN})
    volume = read_nifti(path)
    agrees_with_itk(volume, path)
    assert any("disagree" in note for note in volume.notes) == (0 not in codes)


def test_a_file_without_orientation_is_placed_as_by_itk_and_told(
    patched: Patched, agrees_with_itk: Compare
) -> None:
    path = patched({CODES: ("hh", 0, 0)})
    volume = read_nifti(path)
    agrees_with_itk(volume, path)
    assert not volume.left_right_known
    assert "left/right unverified" in volume.notes[0]


def test_a_sheared_sform_gives_way_to_the_qform(patched: Patched, agrees_with_itk: Compare) -> None:
    path = patched({SROW: SHEARED})
    volume = read_nifti(path)
    agrees_with_itk(volume, path)
    assert "sheared" in volume.notes[0]


def test_a_sheared_sform_alone_is_refused(patched: Patched) -> None:
    with pytest.raises(InputError, match="direction is not orthonormal"):
        read_nifti(patched({CODES: ("hh", 0, 1), SROW: SHEARED}))


def test_an_sform_rounded_by_other_programs_is_accepted(patched: Patched) -> None:
    path = patched({CODES: ("hh", 0, 1), SROW: ("12f", -0.5, 0.0002, 0, 5, 0, -0.75, 0, 6, 0, 0, 1.25, 7)})
    assert np.allclose(read_nifti(path).spacing, [0.5, 0.75, 1.25], atol=1e-4)


def test_voxel_sizes_that_disagree_are_settled_as_itk_does(
    patched: Patched, agrees_with_itk: Compare
) -> None:
    path = patched({SROW: ("12f", -1.5, 0, 0, 5, 0, -1.5, 0, 6, 0, 0, 1.5, 7)})
    volume = read_nifti(path)
    agrees_with_itk(volume, path)
    assert "disagree on the voxel size" in volume.notes[-1]


@pytest.mark.parametrize("unit", [1, 3])
def test_metres_and_micrometres_of_the_header_become_millimetres(
    unit: int, patched: Patched, agrees_with_itk: Compare
) -> None:
    path = patched({UNITS: ("B", unit)})
    agrees_with_itk(read_nifti(path), path)


def test_scaled_values_are_single_precision(patched: Patched, agrees_with_itk: Compare) -> None:
    path = patched({SLOPE: ("2f", 2.5, -3.0)})
    volume = read_nifti(path)
    assert volume.array.dtype == np.float32
    agrees_with_itk(volume, path)


def test_big_endian_files_are_read(small: Volume, tmp_path: Path) -> None:
    header = bytearray(352)
    struct.pack_into(">i", header, 0, 348)
    struct.pack_into(">8h", header, 40, 3, *small.shape, 1, 1, 1, 1)
    struct.pack_into(">2h", header, 70, 4, 16)
    struct.pack_into(">8f", header, PIXDIM, 1, 0.5, 0.75, 1.25, 0, 0, 0, 0)
    struct.pack_into(">f", header, 108, 352)
    header[344:348] = b"n+1\0"
    path = tmp_path / "big.nii"
    path.write_bytes(bytes(header) + small.array.astype(">i2").tobytes(order="F"))
    volume = read_nifti(path)
    assert volume.array.dtype.isnative
    assert np.array_equal(volume.array, small.array)


def test_nifti_2_is_read(small: Volume, tmp_path: Path) -> None:
    header = bytearray(544)
    struct.pack_into("<i8s2h", header, 0, 540, b"n+2\0\r\n\x1a\n", 4, 16)
    struct.pack_into("<8q", header, 16, 3, *small.shape, 1, 1, 1, 1)
    struct.pack_into("<8d", header, 104, 1, 0.5, 0.75, 1.25, 0, 0, 0, 0)
    struct.pack_into("<q", header, 168, 544)
    struct.pack_into("<2i", header, 344, 0, 1)
    struct.pack_into("<12d", header, 400, *(small.matrix[:3] * [[-1], [-1], [1]]).ravel())
    path = tmp_path / "two.nii"
    path.write_bytes(bytes(header) + small.array.tobytes(order="F"))
    volume = read_nifti(path)
    assert np.array_equal(volume.array, small.array)
    assert np.allclose(volume.matrix, small.matrix)


def test_a_gzip_file_of_several_members_is_read(written: Callable[..., Path]) -> None:
    path = written(".nii")
    content = path.read_bytes()
    packed = path.with_suffix(".nii.gz")
    packed.write_bytes(gzip.compress(content[:400]) + gzip.compress(content[400:]))
    assert np.array_equal(read_nifti(packed).array, read_nifti(path).array)


def test_reading_needs_no_simpleitk(written: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(".nii.gz")
    expected = sitk.GetArrayFromImage(sitk.ReadImage(str(path))).T
    monkeypatch.setitem(__import__("sys").modules, "SimpleITK", None)
    assert np.array_equal(read_nifti(path).array, expected)
