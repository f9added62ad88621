"""Volumes of every awkward kind, written by SimpleITK, which is the oracle of the readers."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from craniomark.ground.volumes import Volume

Written = Callable[..., Path]


@pytest.fixture(params=["identity", "flipped", "permuted", "oblique", "left-handed", "left-handed oblique"])
def direction(request: pytest.FixtureRequest) -> NDArray[np.float64]:
    """Direction cosines of every kind that is legal."""
    oblique = Rotation.from_euler("xyz", [20, -35, 110], degrees=True).as_matrix()
    return {
        "identity": np.eye(3),
        "flipped": np.diag([-1.0, -1, 1]),
        "permuted": np.eye(3)[[2, 0, 1]],
        "oblique": oblique,
        "left-handed": np.diag([1.0, 1, -1]),
        "left-handed oblique": oblique @ np.diag([1.0, -1, 1]),
    }[request.param]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a small image by SimpleITK and return its path."""
    names = itertools.count()

    def write(
        suffix: str,
        dtype: str = "int16",
        direction: NDArray[np.float64] | None = None,
        compress: bool = False,
        array: NDArray[np.generic] | None = None,
        vector: bool = False,
    ) -> Path:
        if array is None:
            array = np.arange(4 * 5 * 6).reshape(4, 5, 6).astype(dtype)
        image = sitk.GetImageFromArray(array, isVector=vector)
        if image.GetDimension() == 3:
            image.SetSpacing((0.5, 0.75, 1.25))
            image.SetOrigin((-7.0, 11.0, 3.5))
            image.SetDirection((np.eye(3) if direction is None else direction).ravel().tolist())
        path = tmp_path / f"image {next(names)} ä{suffix}"
        sitk.WriteImage(image, str(path), compress)
        return path

    return write


@pytest.fixture
def small() -> Volume:
    """A volume with an oblique left-handed matrix."""
    matrix = np.eye(4)
    turn = Rotation.from_euler("xyz", [10, 20, 30], degrees=True).as_matrix()
    matrix[:3, :3] = turn @ np.diag([0.5, -0.75, 1.25])
    matrix[:3, 3] = [3, -4, 5]
    return Volume(np.random.default_rng(0).integers(0, 200, (6, 7, 8)).astype(np.int16), matrix)


@pytest.fixture
def agrees_with_itk() -> Callable[[Volume, Path], None]:
    """Compare a volume with what SimpleITK reads from the file."""

    def compare(volume: Volume, path: Path) -> None:
        image = sitk.ReadImage(str(path))
        expected = sitk.GetArrayFromImage(image)
        if expected.ndim == 4:
            expected, image = expected[0], image[:, :, :, 0]
        assert np.array_equal(volume.array, expected.T)
        for index in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (3, 2, 1)):
            assert np.allclose(volume.to_lps(index), image.TransformIndexToPhysicalPoint(index), atol=1e-5)

    return compare
