"""Rotations: round trips, distances, and how evenly a grid covers SO(3)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from craniomark.ground.geometry import (
    matrix_from_six,
    random_rotations,
    rotation_angle_degrees,
    rotation_grid,
    six_from_matrix,
    super_fibonacci,
)

seeds = st.integers(0, 2**32 - 1)


@given(seeds)
def test_six_numbers_give_the_matrix_back(seed: int) -> None:
    matrices = random_rotations(5, np.random.default_rng(seed)).reshape(5, 1, 3, 3)
    np.testing.assert_allclose(matrix_from_six(six_from_matrix(matrices)), matrices, atol=1e-12)


@given(seeds, st.floats(0.01, 100), st.floats(0.01, 100), st.floats(-2, 2))
def test_six_numbers_need_not_be_orthonormal(seed: int, first: float, second: float, lean: float) -> None:
    matrix = random_rotations(1, np.random.default_rng(seed))[0]
    six = np.concatenate([first * matrix[:, 0], second * (matrix[:, 1] + lean * matrix[:, 0])])
    np.testing.assert_allclose(matrix_from_six(six), matrix, atol=1e-9)


@pytest.mark.parametrize("six", [[0.0] * 6, [1, 2, 3, 2, 4, 6], [np.nan, 0, 0, 0, 1, 0]])
def test_six_numbers_without_a_rotation_are_refused(six: list[float]) -> None:
    with pytest.raises(ValueError, match="not parallel"):
        matrix_from_six(six)


def test_another_number_of_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="six numbers"):
        matrix_from_six(np.ones(9))


@given(seeds, st.floats(0, 180))
def test_angle_is_the_angle_that_was_turned(seed: int, degrees: float) -> None:
    rng = np.random.default_rng(seed)
    axis = rng.normal(size=3)
    start = random_rotations(1, rng)[0]
    turned = start @ Rotation.from_rotvec(np.radians(degrees) * axis / np.linalg.norm(axis)).as_matrix()
    assert rotation_angle_degrees(start, turned) == pytest.approx(degrees, abs=1e-6)


def test_angles_broadcast() -> None:
    rotations = random_rotations(7, np.random.default_rng(0))
    angles = rotation_angle_degrees(rotations[:, None], rotations[None])
    assert angles.shape == (7, 7)
    np.testing.assert_allclose(np.diag(angles), 0, atol=1e-6)
    np.testing.assert_allclose(angles, angles.T, atol=1e-6)


def test_random_rotations_are_uniform() -> None:
    rotations = random_rotations(20000, np.random.default_rng(3))
    np.testing.assert_allclose(rotations.mean(axis=0), 0, atol=0.02)
    angles = np.radians(rotation_angle_degrees(np.eye(3), rotations))
    # Density of the angle of a uniform rotation: (1 - cos) / pi.
    assert np.mean(angles < np.pi / 2) == pytest.approx(0.5 - 1 / np.pi, abs=0.01)


def test_random_rotations_repeat_with_the_seed() -> None:
    first, second = (random_rotations(4, np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(("n", "covering_degrees"), [(576, 36.0), (2000, 24.0)])
def test_grid_leaves_no_large_hole(n: int, covering_degrees: float) -> None:
    grid = Rotation.from_matrix(super_fibonacci(n)).as_quat()
    anywhere = Rotation.from_matrix(random_rotations(20000, np.random.default_rng(1))).as_quat()
    nearest = np.abs(anywhere @ grid.T).max(axis=1)
    assert np.degrees(2 * np.arccos(nearest.min())) < covering_degrees


def test_grid_is_far_more_even_than_chance() -> None:
    def nearest_neighbour(rotations: np.ndarray) -> np.ndarray:
        quaternions = Rotation.from_matrix(rotations).as_quat()
        dots = np.abs(quaternions @ quaternions.T)
        np.fill_diagonal(dots, 0)
        return np.degrees(2 * np.arccos(dots.max(axis=1)))

    even = nearest_neighbour(rotation_grid(1000))
    chance = nearest_neighbour(random_rotations(1000, np.random.default_rng(0)))
    assert even.min() > 5 * chance.min()
    assert even.std() < chance.std() / 2


def test_grid_holds_proper_rotations() -> None:
    grid = rotation_grid(100)
    np.testing.assert_allclose(grid @ np.swapaxes(grid, 1, 2), np.tile(np.eye(3), (100, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(grid), 1, atol=1e-12)


def test_empty_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        super_fibonacci(0)
