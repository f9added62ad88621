"""Procrustes superimposition: as the R package shapes does it, and with missing landmarks."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from craniomark.ground.geometry import (
    apply,
    centroid_size,
    generalised_procrustes,
    procrustes_distance,
    random_rotations,
    rigid_fit,
    scale_of,
    similarity_fit,
)

DATA = Path(__file__).parent / "data"
seeds = st.integers(0, 2**32 - 1)


def table(name: str) -> np.ndarray:
    return np.loadtxt(DATA / name, delimiter=",", skiprows=1)


def example_shapes() -> np.ndarray:
    rows = table("shapes.csv")
    return rows[:, 2:].reshape(len(np.unique(rows[:, 0])), -1, 3)


def cohort(rng: np.random.Generator, noise: float = 0.3, n: int = 8) -> np.ndarray:
    base = rng.normal(size=(12, 3)) * [5, 9, 4]
    shapes = base + rng.normal(size=(n, 12, 3)) * noise
    sizes = rng.uniform(0.7, 1.4, (n, 1, 1))
    moved = np.einsum("sij,snj->sni", random_rotations(n, rng), shapes * sizes)
    return np.asarray(moved + rng.normal(size=(n, 1, 3)) * 20)


@pytest.mark.parametrize(("scale", "name"), [(True, "scaled"), (False, "rigid")])
def test_mean_and_aligned_shapes_are_those_of_procgpa(scale: bool, name: str) -> None:
    found = generalised_procrustes(example_shapes(), scale=scale, tolerance=1e-14)
    oracle_mean = table(f"procgpa_{name}_mean.csv")
    oracle_aligned = table(f"procgpa_{name}_aligned.csv")[:, 1:].reshape(found.aligned.shape)
    common = (similarity_fit if scale else rigid_fit)(found.mean, oracle_mean)
    np.testing.assert_allclose(apply(common, found.mean), oracle_mean, atol=1e-7)
    np.testing.assert_allclose(apply(common, found.aligned), oracle_aligned, atol=1e-6)


def test_centroid_sizes_are_those_of_the_shapes_package() -> None:
    sizes = [centroid_size(shape) for shape in example_shapes()]
    np.testing.assert_allclose(sizes, table("centroid_sizes.csv"), rtol=1e-13)


def test_with_scaling_the_mean_keeps_the_mean_centroid_size() -> None:
    found = generalised_procrustes(example_shapes())
    assert centroid_size(found.mean) == pytest.approx(found.sizes.mean(), rel=1e-12)
    np.testing.assert_allclose(found.aligned.mean(axis=0), found.mean, atol=1e-9)


def test_without_scaling_sizes_stay() -> None:
    found = generalised_procrustes(example_shapes(), scale=False)
    np.testing.assert_allclose([centroid_size(s) for s in found.aligned], found.sizes)
    np.testing.assert_allclose([scale_of(m) for m in found.matrices], 1)


@given(seeds)
def test_copies_of_one_shape_coincide(seed: int) -> None:
    found = generalised_procrustes(cohort(np.random.default_rng(seed), noise=0))
    np.testing.assert_allclose(found.aligned, np.tile(found.mean, (len(found.aligned), 1, 1)), atol=1e-7)


@given(seeds)
def test_pose_and_size_of_the_input_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = cohort(rng)
    other = np.einsum("sij,snj->sni", random_rotations(len(shapes), rng), shapes) + rng.normal(size=3)
    a, b = generalised_procrustes(shapes), generalised_procrustes(other)
    np.testing.assert_allclose(apply(rigid_fit(a.mean, b.mean), a.mean), b.mean, atol=1e-6)


@given(seeds)
def test_matrices_carry_shapes_to_the_common_frame(seed: int) -> None:
    shapes = cohort(np.random.default_rng(seed))
    found = generalised_procrustes(shapes)
    for matrix, shape, aligned in zip(found.matrices, shapes, found.aligned, strict=True):
        np.testing.assert_allclose(apply(matrix, shape), aligned, atol=1e-9)
    np.testing.assert_allclose(found.rotations[0], np.eye(3), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(found.rotations), 1)


@given(seeds)
def test_missing_landmarks_of_copies_are_completed_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    whole = cohort(rng, noise=0)
    holed = whole.copy()
    for shape in holed:
        shape[rng.choice(12, 3, replace=False)] = np.nan
    holed[0, 0] = whole[0, 0]
    seen = ~np.isnan(holed[..., 0]).all(axis=0)
    found = generalised_procrustes(holed[:, seen])
    np.testing.assert_array_equal(np.isnan(found.aligned), np.isnan(holed[:, seen]))
    completed = found.completed
    np.testing.assert_allclose(completed, np.tile(found.mean, (len(whole), 1, 1)), atol=1e-5)
    np.testing.assert_allclose(found.sizes, [centroid_size(s) for s in whole[:, seen]], rtol=1e-5)


def test_one_missing_point_moves_the_mean_little() -> None:
    shapes = cohort(np.random.default_rng(2))
    holed = shapes.copy()
    holed[3, 5] = np.nan
    a, b = generalised_procrustes(shapes), generalised_procrustes(holed)
    assert np.abs(apply(rigid_fit(b.mean, a.mean), b.mean) - a.mean).max() < 0.15


def test_landmark_missing_everywhere_is_named() -> None:
    shapes = cohort(np.random.default_rng(0))
    shapes[:, 4] = np.nan
    with pytest.raises(ValueError, match="landmark 4"):
        generalised_procrustes(shapes)


def test_flat_array_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(S, N, 3\)"):
        generalised_procrustes(np.zeros((4, 3)))


@given(seeds)
def test_distance_ignores_position_rotation_and_size(seed: int) -> None:
    a, b = cohort(np.random.default_rng(seed), n=2)
    moved = b @ random_rotations(1, np.random.default_rng(seed))[0].T * 3 + 5
    assert procrustes_distance(a, b) == pytest.approx(procrustes_distance(a, moved), abs=1e-9)
    assert procrustes_distance(b, a) == pytest.approx(procrustes_distance(a, b), abs=1e-9)
    assert procrustes_distance(moved, b) == pytest.approx(0, abs=1e-7)


def test_distance_is_the_closed_form_of_the_singular_values() -> None:
    a, b = cohort(np.random.default_rng(4), n=2, noise=1)
    x, y = (p - p.mean(axis=0) for p in (a, b))
    singular = np.linalg.svd((x / np.linalg.norm(x)).T @ (y / np.linalg.norm(y)), compute_uv=False)
    assert procrustes_distance(a, b) == pytest.approx(np.sqrt(2 - 2 * singular.sum()), abs=1e-9)


def test_size_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        centroid_size(np.full((3, 3), np.nan))


def test_mean_centroid_size_of_the_strains_is_as_published(strains: np.ndarray) -> None:
    assert generalised_procrustes(strains).sizes.mean() == pytest.approx(44.3, abs=0.4)
