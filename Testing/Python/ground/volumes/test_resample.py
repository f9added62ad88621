"""Resampling against SimpleITK."""

from typing import Literal

import numpy as np
import pytest
import SimpleITK as sitk
from scipy.ndimage import gaussian_filter
from scipy.spatial.transform import Rotation

from craniomark.ground.volumes import Volume, resample

SHAPE = (30, 28, 26)


def matrix(spacing: list[float], angles: list[float], origin: list[float], flip: float = 1.0) -> np.ndarray:
    result = np.eye(4)
    turn = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    result[:3, :3] = turn * spacing * [1, flip, 1]
    result[:3, 3] = origin
    return result


def smooth() -> Volume:
    noise = gaussian_filter(np.random.default_rng(1).normal(size=(24, 26, 28)), 1.5) * 1000
    return Volume(noise.astype(np.float32), matrix([0.5, 0.6, 0.7], [10, 20, 30], [-6, -7, -8], flip=-1.0))


GRID = matrix([0.4, 0.5, 0.55], [-5, 12, 40], [-3, -16, -3])
MOVE = matrix([1.05, 1.05, 1.05], [8, -6, 4], [0.5, 0.3, -0.4])


def by_itk(volume: Volume, order: int, fill: float) -> np.ndarray:
    def grid(image: sitk.Image, voxel_matrix: np.ndarray) -> sitk.Image:
        spacing = np.linalg.norm(voxel_matrix[:3, :3], axis=0)
        image.SetSpacing(spacing.tolist())
        image.SetOrigin(voxel_matrix[:3, 3].tolist())
        image.SetDirection((voxel_matrix[:3, :3] / spacing).ravel().tolist())
        return image

    image = grid(sitk.GetImageFromArray(np.ascontiguousarray(volume.array.T)), volume.matrix)
    reference = grid(sitk.Image(list(SHAPE), sitk.sitkUInt8), GRID)
    move = sitk.AffineTransform(MOVE[:3, :3].ravel().tolist(), MOVE[:3, 3].tolist())
    method = {0: sitk.sitkNearestNeighbor, 1: sitk.sitkLinear, 3: sitk.sitkBSpline}[order]
    return sitk.GetArrayFromImage(sitk.Resample(image, reference, move, method, fill)).T


@pytest.mark.parametrize("order", [0, 1, 3])
def test_resampling_agrees_with_itk(order: Literal[0, 1, 3]) -> None:
    volume = smooth()
    ours = resample(volume, SHAPE, GRID, MOVE, order, fill=-999.0)
    theirs = by_itk(volume, order, -999.0)
    index = volume.to_index((GRID_POINTS @ GRID[:3, :3].T + GRID[:3, 3]) @ MOVE[:3, :3].T + MOVE[:3, 3])
    # ITK extends the last half voxel beyond the grid, scipy does not.
    inside = ((index >= 0) & (index <= np.array(volume.shape) - 1)).all(axis=-1)
    outside = ((index < -0.5) | (index > np.array(volume.shape) - 0.5)).any(axis=-1)
    assert inside.sum() > 2000
    assert outside.sum() > 100
    close = np.isclose(ours.array, theirs, atol=2e-3 * volume.array.std())
    assert close[inside].mean() > (0.999 if order == 0 else 1 - 1e-9)
    assert (ours.array[outside] == -999).all()
    assert ours.array.dtype == np.float32


GRID_POINTS = np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1)


def test_the_same_grid_gives_the_same_volume() -> None:
    volume = smooth()
    again = resample(volume, volume.shape, volume.matrix)
    assert np.allclose(again.array, volume.array, atol=1e-3)


@pytest.mark.parametrize("order", [1, 3])
def test_integers_are_rounded_and_kept_in_range(order: Literal[1, 3]) -> None:
    array = np.zeros((12, 12, 12), np.uint8)
    array[4:8, 4:8, 4:8] = 255
    grid = np.diag([0.3, 0.3, 0.3, 1.0])
    values = resample(Volume(array, np.eye(4)), (36, 36, 36), grid, order=order).array
    assert values.dtype == np.uint8
    real = resample(Volume(array.astype(np.float32), np.eye(4)), (36, 36, 36), grid, order=order).array
    assert (real.max() > 255.5) == (order == 3)
    assert np.array_equal(values, np.clip(np.rint(real), 0, 255))


def test_outside_stands_the_smallest_value_if_no_other_is_given() -> None:
    volume = smooth()
    far = GRID.copy()
    far[:3, 3] = 500
    assert np.allclose(resample(volume, (3, 3, 3), far).array, volume.array.min())


def test_a_mask_stays_a_mask() -> None:
    mask = Volume(smooth().array > 0, smooth().matrix)
    again = resample(mask, mask.shape, mask.matrix)
    assert again.array.dtype == bool
    assert np.array_equal(again.array, mask.array)


def test_notes_and_handedness_go_along() -> None:
    volume = Volume(smooth().array, np.eye(4), False, ("a note",))
    again = resample(volume, (4, 4, 4), np.eye(4))
    assert not again.left_right_known
    assert again.notes == ("a note",)
