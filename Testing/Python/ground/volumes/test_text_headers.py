"""NRRD and MetaImage headers that SimpleITK does not write."""

import bz2
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume

VOXELS = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
NRRD = {
    "type": "short",
    "dimension": "3",
    "space": "left-posterior-superior",
    "sizes": "5 4 3",
    "space directions": "(0.5,0,0) (0,0.75,0) (0,0,1.25)",
    "endian": "little",
    "encoding": "raw",
    "space origin": "(1,2,3)",
}
META = {
    "NDims": "3",
    "DimSize": "5 4 3",
    "ElementType": "MET_SHORT",
    "ElementSpacing": "0.5 0.75 1.25",
    "Offset": "1 2 3",
    "TransformMatrix": "1 0 0 0 1 0 0 0 1",
    "ElementDataFile": "LOCAL",
}
Compare = Callable[[Volume, Path], None]


def nrrd(path: Path, data: bytes = VOXELS.tobytes(), /, **changes: str | None) -> Path:
    fields = NRRD | {name.replace("_", " "): value for name, value in changes.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    path.write_bytes(
        "\n".join(["NRRD0004", "# a comment", *lines, "a key:=a: value", "", ""]).encode() + data
    )
    return path


def meta(path: Path, data: bytes = VOXELS.tobytes(), /, **changes: str | None) -> Path:
    fields = META | changes
    fields["ElementDataFile"] = fields.pop("ElementDataFile")
    lines = [f"{name} = {value}" for name, value in fields.items() if value is not None]
    path.write_bytes(("\n".join(lines) + "\n").encode() + data)
    return path


@pytest.mark.parametrize("space", ["right-anterior-superior", "LAS", "left-posterior-superior"])
def test_the_space_of_nrrd_is_turned_into_lps(space: str, tmp_path: Path, agrees_with_itk: Compare) -> None:
    path = nrrd(tmp_path / "a.nrrd", space=space)
    volume = read_volume(path)
    assert volume.left_right_known
    agrees_with_itk(volume, path)


def test_big_endian_nrrd_is_read(tmp_path: Path, agrees_with_itk: Compare) -> None:
    path = nrrd(tmp_path / "a.nrrd", VOXELS.astype(">i2").tobytes(), endian="big")
    agrees_with_itk(read_volume(path), path)


def test_nrrd_in_bzip2_is_read(tmp_path: Path) -> None:
    path = nrrd(tmp_path / "a.nrrd", bz2.compress(VOXELS.tobytes()), encoding="bzip2")
    assert np.array_equal(read_volume(path).array, VOXELS.T)


def test_bytes_before_the_voxels_of_nrrd_are_skipped(tmp_path: Path) -> None:
    path = nrrd(tmp_path / "a.nrrd", b"#" * 7 + VOXELS.tobytes(), byte_skip="7")
    assert np.array_equal(read_volume(path).array, VOXELS.T)
    path = nrrd(tmp_path / "b.nrrd", b"#" * 7 + VOXELS.tobytes(), byte_skip="-1")
    assert np.array_equal(read_volume(path).array, VOXELS.T)


def test_nrrd_without_a_space_leaves_left_and_right_open(tmp_path: Path) -> None:
    path = nrrd(
        tmp_path / "a.nrrd", space=None, space_directions=None, space_origin=None, spacings="0.5 0.75 1.25"
    )
    volume = read_volume(path)
    assert not volume.left_right_known
    assert np.allclose(volume.spacing, [0.5, 0.75, 1.25])


def test_micrometres_of_nrrd_become_millimetres(tmp_path: Path) -> None:
    path = nrrd(tmp_path / "a.nrrd", space_units='"um" "um" "um"')
    assert np.allclose(read_volume(path).spacing, [0.0005, 0.00075, 0.00125])


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("kinds", "vector domain domain", "number of channels"),
        ("encoding", "ascii", "encoding"),
        ("type", "block", "voxel type"),
        ("endian", None, "endian"),
        ("sizes", "5 4 3 1", "sizes"),
        ("sizes", "5 four 3", "sizes"),
        ("space_directions", "(1,0,0) (0,1,0)", "space directions"),
        ("space_origin", "(1,nan,3)", "origin"),
        ("data_file", "LIST", "data file"),
        ("line_skip", "2", "line skip"),
        ("byte_skip", "-5", "byte skip"),
    ],
)
def test_a_wrong_field_of_nrrd_is_named(field: str, value: str | None, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_volume(nrrd(tmp_path / "a.nrrd", **{field: value}))
    assert error.value.field == told


def test_metaimage_without_a_matrix_leaves_left_and_right_open(tmp_path: Path) -> None:
    assert not read_volume(meta(tmp_path / "a.mha", TransformMatrix=None)).left_right_known


def test_big_endian_metaimage_is_read(tmp_path: Path, agrees_with_itk: Compare) -> None:
    path = meta(tmp_path / "a.mha", VOXELS.astype(">i2").tobytes(), BinaryDataByteOrderMSB="True")
    agrees_with_itk(read_volume(path), path)


def test_bytes_before_the_voxels_of_metaimage_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.raw").write_bytes(b"#" * 9 + VOXELS.tobytes())
    path = meta(tmp_path / "a.mhd", b"", HeaderSize="-1", ElementDataFile="a.raw")
    assert np.array_equal(read_volume(path).array, VOXELS.T)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("ElementNumberOfChannels", "3", "number of channels"),
        ("ElementType", "MET_UCHAR_ARRAY", "voxel type"),
        ("ElementSpacing", None, "spacing"),
        ("ElementSpacing", "0.5 0.75", "ElementSpacing"),
        ("DimSize", "5 4", "DimSize"),
        ("BinaryData", "False", "BinaryData"),
        ("TransformMatrix", "2 0 0 0 2 0 0 0 2", "direction"),
        ("ElementDataFile", "slice%03d.raw 1 3 1", "ElementDataFile"),
        ("ElementDataFile", "elsewhere.raw", "data file"),
    ],
)
def test_a_wrong_field_of_metaimage_is_named(
    field: str, value: str | None, told: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as error:
        read_volume(meta(tmp_path / "a.mha", **{field: value}))
    assert error.value.field == told
