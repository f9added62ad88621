"""Fits: noise-free recovery, invariances, weights, missing points, wrong pairs, and refusals."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from craniomark.ground.geometry import (
    affine_fit,
    apply,
    invert,
    nearest_rotation,
    random_rotations,
    rigid_fit,
    robust_similarity_fit,
    scale_of,
    similarity_fit,
)

seeds = st.integers(0, 2**32 - 1)
FITS = [rigid_fit, similarity_fit, affine_fit, robust_similarity_fit]
Fit = Callable[..., np.ndarray]


def pose(rng: np.random.Generator, scale: float = 1.0) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] = scale * random_rotations(1, rng)[0]
    matrix[:3, 3] = rng.normal(size=3) * 30
    return matrix


@given(seeds)
def test_rigid_pose_is_recovered(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, matrix = rng.normal(size=(8, 3)) * 10, pose(rng)
    np.testing.assert_allclose(rigid_fit(points, apply(matrix, points)), matrix, atol=1e-9)


@pytest.mark.parametrize("fit", [similarity_fit, robust_similarity_fit, affine_fit])
@given(seed=seeds, scale=st.floats(0.1, 10))
def test_similarity_is_recovered(fit: Fit, seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    points, matrix = rng.normal(size=(8, 3)) * 10, pose(rng, scale)
    np.testing.assert_allclose(fit(points, apply(matrix, points)), matrix, atol=1e-6)


@given(seeds)
def test_affine_is_recovered(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, matrix = rng.normal(size=(9, 3)) * 10, pose(rng)
    matrix[:3, :3] @= np.diag(rng.uniform(0.5, 2, 3)) + 0.2 * np.triu(rng.normal(size=(3, 3)), 1)
    np.testing.assert_allclose(affine_fit(points, apply(matrix, points)), matrix, atol=1e-6)


@given(seeds)
def test_rotation_is_that_of_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y, weights = rng.normal(size=(10, 3)), rng.normal(size=(10, 3)), rng.uniform(0.1, 2, 10)
    share = weights[:, None] / weights.sum()
    a, b = x - (share * x).sum(0), y - (share * y).sum(0)
    oracle = Rotation.align_vectors(b, a, weights=weights)[0].as_matrix()
    np.testing.assert_allclose(rigid_fit(x, y, weights)[:3, :3], oracle, atol=1e-6)


@pytest.mark.parametrize("fit", [similarity_fit, affine_fit, robust_similarity_fit])
@given(seed=seeds)
def test_fit_follows_a_moved_target(fit: Fit, seed: int) -> None:
    rng = np.random.default_rng(seed)
    source = rng.normal(size=(12, 3)) * 10
    target, move = source + rng.normal(size=(12, 3)), pose(rng, 1.7)
    np.testing.assert_allclose(fit(source, apply(move, target)), move @ fit(source, target), atol=1e-4)


@pytest.mark.parametrize("fit", [rigid_fit, similarity_fit, affine_fit])
def test_no_neighbouring_matrix_fits_better(fit: Fit) -> None:
    rng = np.random.default_rng(5)
    source = rng.normal(size=(12, 3)) * 10
    target, weights = source + rng.normal(size=(12, 3)), rng.uniform(0.1, 3, 12)
    best = fit(source, target, weights)

    def cost(matrix: np.ndarray) -> float:
        return float(np.sum(weights[:, None] * (apply(matrix, source) - target) ** 2))

    for _ in range(50):
        nudge = np.eye(4)
        nudge[:3, :3] = Rotation.from_rotvec(rng.normal(size=3) * 1e-3).as_matrix()
        nudge[:3, 3] = rng.normal(size=3) * 1e-3
        assert cost(nudge @ best) > cost(best)


@pytest.mark.parametrize("fit", FITS)
def test_missing_points_and_points_of_no_weight_are_ignored(fit: Fit) -> None:
    rng = np.random.default_rng(7)
    source = rng.normal(size=(12, 3)) * 10
    target = source + rng.normal(size=(12, 3))
    without = fit(source[:9], target[:9])
    holes, weights = target.copy(), np.ones(12)
    holes[9] = np.nan
    holes[10, 1] = np.nan
    weights[11] = 0
    np.testing.assert_allclose(fit(source, holes, weights), without, atol=1e-9)


@pytest.mark.parametrize("fit", [rigid_fit, similarity_fit, affine_fit])
def test_weight_two_is_the_same_as_the_pair_twice(fit: Fit) -> None:
    rng = np.random.default_rng(8)
    source = rng.normal(size=(8, 3)) * 10
    target = source + rng.normal(size=(8, 3))
    twice = fit(np.vstack([source, source[:1]]), np.vstack([target, target[:1]]))
    np.testing.assert_allclose(fit(source, target, [2, 1, 1, 1, 1, 1, 1, 1]), twice, atol=1e-9)


@pytest.mark.parametrize("fit", [rigid_fit, similarity_fit])
def test_mirrored_points_are_never_fitted_by_a_reflection(fit: Fit) -> None:
    source = np.random.default_rng(9).normal(size=(10, 3))
    assert np.linalg.det(fit(source, source * [-1, 1, 1])[:3, :3]) > 0


@given(seeds)
def test_a_third_of_wrong_pairs_does_not_pull(seed: int) -> None:
    rng = np.random.default_rng(seed)
    source, matrix = rng.normal(size=(45, 3)) * 6, pose(rng, 1.1)
    target = apply(matrix, source) + rng.normal(size=source.shape) * 0.05
    target[:15] += rng.normal(size=(15, 3)) * 8
    moved = apply(robust_similarity_fit(source, target), source)
    assert np.linalg.norm(moved - apply(matrix, source), axis=1).max() < 0.2


@pytest.mark.parametrize("fit", FITS)
def test_too_few_points_are_refused(fit: Fit) -> None:
    points = np.random.default_rng(0).normal(size=(6, 3))
    points[2:] = np.nan
    with pytest.raises(ValueError, match="2 are present"):
        fit(points, points)


@pytest.mark.parametrize("fit", [rigid_fit, similarity_fit, robust_similarity_fit])
def test_points_on_a_line_are_refused(fit: Fit) -> None:
    line = np.arange(5)[:, None] * [1.0, 2.0, 3.0]
    with pytest.raises(ValueError, match="one line"):
        fit(line, np.random.default_rng(0).normal(size=(5, 3)))


def test_affine_refuses_a_plane() -> None:
    plane = np.random.default_rng(0).normal(size=(6, 3)) * [1, 1, 0]
    with pytest.raises(ValueError, match="one plane"):
        affine_fit(plane, plane)


def test_other_shapes_and_bad_weights_are_refused() -> None:
    points = np.ones((4, 3))
    with pytest.raises(ValueError, match=r"shape \(N, 3\)"):
        rigid_fit(points, np.ones((5, 3)))
    with pytest.raises(ValueError, match="none negative"):
        rigid_fit(points, points, [-1, 1, 1, 1])


@given(seeds)
def test_inverse_undoes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix, points = pose(rng, 2.5), rng.normal(size=(5, 3))
    np.testing.assert_allclose(apply(invert(matrix), apply(matrix, points)), points, atol=1e-9)


def test_flat_matrix_has_no_inverse() -> None:
    with pytest.raises(ValueError, match="flattens"):
        invert(np.diag([1.0, 1, 0, 1]))


def test_scale_ignores_rotation_and_reflection() -> None:
    matrix = pose(np.random.default_rng(1), 3.0) @ np.diag([-1.0, 1, 1, 1])
    assert scale_of(matrix) == pytest.approx(3.0)


@given(seeds)
def test_nearest_rotation_is_a_rotation_and_keeps_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    anything = rng.normal(size=(3, 3))
    found = nearest_rotation(anything)
    np.testing.assert_allclose(found @ found.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(found) > 0
    np.testing.assert_allclose(nearest_rotation(2 * found), found, atol=1e-9)
    others = random_rotations(100, rng)
    assert np.linalg.norm(anything - found) <= np.linalg.norm(anything - others, axis=(1, 2)).min() + 1e-12
