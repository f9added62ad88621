from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume, write_volume

SUFFIXES = [".nii.gz", ".nii", ".nrrd", ".mha"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_written_is_read_again_by_us_and_by_itk(
    suffix: str,
    direction: NDArray[np.float64],
    small: Volume,
    tmp_path: Path,
    agrees_with_itk: Callable[[Volume, Path], None],
) -> None:
    matrix = np.eye(4)
    matrix[:3, :3] = direction * [0.1, 0.2, 0.3]
    matrix[:3, 3] = [1, -2, 3]
    path = tmp_path / "Schädel neu" / f"a b{suffix}"
    write_volume(Volume(small.array, matrix), path)
    again = read_volume(path)
    assert np.array_equal(again.array, small.array)
    assert again.array.dtype == small.array.dtype
    assert np.allclose(again.matrix, matrix, atol=1e-5)
    agrees_with_itk(again, path)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("dtype", "stored"), [("bool", "uint8"), ("float16", "float32"), ("float32", "float32")]
)
def test_types_that_no_format_knows_are_widened(
    suffix: str, dtype: str, stored: str, small: Volume, tmp_path: Path
) -> None:
    array = (small.array > 100).astype(dtype)
    write_volume(Volume(array, small.matrix), tmp_path / f"a{suffix}")
    again = read_volume(tmp_path / f"a{suffix}").array
    assert again.dtype == stored
    assert np.array_equal(again, array)


def test_a_sheared_volume_is_not_written(small: Volume, tmp_path: Path) -> None:
    shear = np.eye(4)
    shear[0, 1] = 0.2
    with pytest.raises(InputError, match="direction"):
        write_volume(small.moved(shear), tmp_path / "a.nrrd")
    assert not list(tmp_path.iterdir())


def test_an_extension_that_is_not_written_is_refused(small: Volume, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.nii\.gz"):
        write_volume(small, tmp_path / "a.nhdr")


def test_an_output_that_is_a_folder_is_refused_and_leaves_nothing(small: Volume, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError):
        write_volume(small, tmp_path / "file" / "a.nrrd")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
