from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from craniomark.ground.checks import InputError
from craniomark.ground.volumes import is_dicom, read_volume

STACK = np.random.default_rng(0).integers(0, 2000, (6, 5, 7)).astype(np.int16)
GAP = 0.4
TURN = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
Series = Callable[..., Path]


@pytest.fixture
def series(tmp_path: Path) -> Series:
    """Write a series of DICOM slices into a folder, in an order other than their place."""

    def write(uid: str = "1", left_out: int | None = None) -> Path:
        folder = tmp_path / "Schädel 1"
        folder.mkdir(exist_ok=True)
        normal = TURN[:, 2]
        for number, page in enumerate(STACK):
            if number == left_out:
                continue
            image = sitk.GetImageFromArray(page[None])
            image.SetSpacing((0.2, 0.3, GAP))
            row, column = TURN[:, 0], TURN[:, 1]
            position = np.array([1.0, 2, 3]) + number * GAP * normal
            tags = {
                "0020|000e": f"1.2.826.0.1.3680043.2.1125.{uid}",
                "0008|103e": f"head {uid}",
                "0008|0060": "CT",
                "0020|0032": "\\".join(f"{value:g}" for value in position),
                "0020|0037": "\\".join(f"{value:g}" for value in (*row, *column)),
                "0020|0013": str(number),
            }
            for key, value in tags.items():
                image.SetMetaData(key, value)
            writer = sitk.ImageFileWriter()
            writer.KeepOriginalImageUIDOn()
            writer.SetFileName(str(folder / f"{uid}-{(number * 5) % 7}.dcm"))
            writer.Execute(image)
        return folder

    return write


def test_a_series_is_ordered_and_placed_by_its_positions(series: Series) -> None:
    folder = series()
    assert all(is_dicom(path) for path in folder.iterdir())
    volume = read_volume(folder)
    assert np.array_equal(volume.array, STACK.T)
    assert volume.left_right_known
    assert np.allclose(volume.spacing, [0.2, 0.3, GAP])
    assert np.allclose(volume.matrix[:3, :3], TURN * [0.2, 0.3, GAP])
    assert np.allclose(volume.matrix[:3, 3], [1, 2, 3])


def test_several_series_are_refused_by_name(series: Series) -> None:
    series("1")
    with pytest.raises(InputError, match=r"head 1 \(6 files\).*head 2 \(6 files\)"):
        read_volume(series("2"))


def test_a_missing_slice_is_noticed(series: Series) -> None:
    with pytest.raises(InputError, match="slice positions"):
        read_volume(series(left_out=3))


def test_a_cut_off_slice_is_refused(series: Series) -> None:
    folder = series()
    path = sorted(folder.iterdir())[2]
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(InputError):
        read_volume(folder)


def test_a_file_with_the_magic_word_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(bytes(128) + b"DICM")
    with pytest.raises(InputError, match="DICOM"):
        read_volume(tmp_path)
