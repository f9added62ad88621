"""Moves of everything against numpy and SimpleITK."""

import numpy as np
import pytest
import torch

from craniomark.parts.augment.grid import Grid, rows
from craniomark.parts.augment.moves import Affine, Mirror, Window
from craniomark.parts.augment.transform import Transform, apply


def test_a_mirror_image_is_numpys(volume: torch.Tensor, volume_grid: Grid) -> None:
    found = apply(Transform(volume_grid, (Mirror((0, 1, 2), (True, False, True)),)), volume)
    np.testing.assert_array_equal(found.image, np.flip(volume.numpy(), (0, 2)))
    np.testing.assert_allclose(found.grid.array, volume_grid.array)


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2, 1), (2, 0, 1)])
def test_exchanged_axes_are_numpys_and_keep_lengths(
    volume: torch.Tensor, volume_grid: Grid, points: np.ndarray, order: tuple[int, ...]
) -> None:
    found = apply(Transform(volume_grid, (Mirror(order, (False, True, False)),)), volume, points=points)
    np.testing.assert_array_equal(found.image, np.flip(volume.numpy().transpose(order), 1))
    np.testing.assert_allclose(found.grid.spacing, volume_grid.spacing[list(order)])
    np.testing.assert_allclose(found.grid.centre, volume_grid.centre)
    between = np.linalg.norm(points[:, None] - points, axis=-1)
    assert found.points is not None
    np.testing.assert_allclose(np.linalg.norm(found.points[:, None] - found.points, axis=-1), between)


def test_a_picture_too() -> None:
    picture = torch.arange(12.0).view(3, 4)
    found = apply(Transform(Grid.of((3, 4)), (Mirror((1, 0), (True, False)),)), picture, points=[[0.0, 3.0]])
    np.testing.assert_array_equal(found.image, np.flip(picture.numpy().T, 0))
    assert found.points is not None
    index = tuple(found.grid.to_index(found.points)[0].round().astype(int))
    assert float(found.image[index]) == float(picture[0, 3])


def test_an_affine_warp_is_that_of_simpleitk(volume: torch.Tensor, volume_grid: Grid) -> None:
    import SimpleITK as sitk

    matrix = np.eye(4)
    matrix[:3] = [[1.05, -0.2, 0.05, 0.7], [0.15, 0.9, 0.1, -0.4], [0.0, -0.08, 1.1, 0.5]]
    image = sitk.GetImageFromArray(volume.numpy().transpose(2, 1, 0))
    image.SetSpacing(volume_grid.spacing.tolist())
    image.SetOrigin(volume_grid.array[:3, 3].tolist())
    image.SetDirection(volume_grid.directions.ravel().tolist())
    back = np.linalg.inv(matrix)
    warp = sitk.AffineTransform(3)
    warp.SetCenter(volume_grid.centre.tolist())
    warp.SetMatrix(back[:3, :3].ravel().tolist())
    warp.SetTranslation(back[:3, 3].tolist())
    wanted = sitk.GetArrayFromImage(sitk.Resample(image, image, warp, sitk.sitkLinear, 0.0)).transpose(
        2, 1, 0
    )
    found = apply(Transform(volume_grid, (Affine(rows(matrix)),)), volume).image.numpy()
    inside = (slice(4, -4),) * 3  # at the border SimpleITK ends sharply
    np.testing.assert_allclose(found[inside], wanted[inside], atol=1e-4)
    assert np.abs(wanted - volume.numpy())[inside].max() > 0.1, "without a warp this would test nothing"


def test_windows_crop_and_pad_and_nothing_moves(volume: torch.Tensor, volume_grid: Grid, points) -> None:
    found = apply(Transform(volume_grid, (Window((2, -3, 0), (15, 24, 12)),)), volume, points=points)
    wanted = np.pad(volume.numpy()[2:17], ((0, 0), (3, 3), (0, 0)))
    np.testing.assert_array_equal(found.image, wanted)
    np.testing.assert_allclose(found.points, points)
    np.testing.assert_allclose(found.grid.to_mm([0, 3, 0]), volume_grid.to_mm([2, 0, 0]))


@pytest.mark.parametrize("bad", [{"order": (0, 0, 1)}, {"flipped": (True,)}])
def test_odd_mirrors_are_refused(bad: dict) -> None:
    with pytest.raises(ValueError, match="order"):
        Mirror(**({"order": (0, 1, 2), "flipped": (False,) * 3} | bad))
