"""The grid of a network: around points, a multiple of voxels, centred."""

import numpy as np
import pytest

from craniomark.tasks.landmark.levels.grid import Grid

POINTS = np.array([[-3.0, 0, 1], [4, 9, 2], [np.nan, 99, 99]])


def test_the_box_holds_the_points_and_the_margin_and_is_centred_on_them() -> None:
    grid = Grid.around(POINTS, 0.4, 2.0, 8)
    assert all(edge % 8 == 0 for edge in grid.shape)
    ends = np.array([[-0.5] * 3, np.array(grid.shape) - 0.5]) * 0.4 + grid.matrix[:3, 3]
    assert (ends[0] <= np.nanmin(POINTS[:2], axis=0) - 2).all()
    assert (ends[1] >= np.nanmax(POINTS[:2], axis=0) + 2).all()
    np.testing.assert_allclose(ends.mean(0), [0.5, 4.5, 1.5])


def test_a_cube_is_centred_on_the_origin() -> None:
    grid = Grid.cube(5.0, 0.5, 4)
    assert grid.shape == (20, 20, 20)
    np.testing.assert_allclose(grid.matrix @ [9.5, 9.5, 9.5, 1], [0, 0, 0, 1])


def test_points_within_the_voxels_are_held() -> None:
    grid = Grid.cube(1.0, 0.5)
    points = [[0.99, 0, 0], [1.01, 0, 0], [0, -0.99, 0.5], [np.nan, 0, 0]]
    assert grid.holds(points).tolist() == [True, False, True, False]


@pytest.mark.parametrize("spacing", [0.0, -1.0, float("inf"), float("nan")])
def test_a_spacing_that_is_none_is_refused(spacing: float) -> None:
    with pytest.raises(ValueError, match="spacing is"):
        Grid.cube(5.0, spacing)
