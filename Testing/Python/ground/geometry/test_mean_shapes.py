"""Distance of mean shapes."""

import numpy as np
import pytest
from paired_shapes import figures, paired_shapes, posed

from craniomark.ground.geometry import compare_mean_shapes, procrustes_distance, riemannian_distance


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


def test_distance_and_exact_p_are_those_of_r() -> None:
    shapes = paired_shapes()
    found = compare_mean_shapes(shapes[:, 1], shapes[:, 0], generator())
    assert found.distance == pytest.approx(figures()["riemannian_distance"], rel=1e-6)
    assert found.p == pytest.approx(figures()["sign_flip_p"])
    assert len(found.null) == 128


def test_riemannian_distance_is_an_angle() -> None:
    a, b = paired_shapes()[:2, 0]
    partial = procrustes_distance(a, b)
    assert riemannian_distance(a, b) == pytest.approx(2 * np.arcsin(partial / 2))
    assert riemannian_distance(a, a) == pytest.approx(0, abs=1e-7)


def test_same_shapes_have_no_distance() -> None:
    shapes = paired_shapes()[:, 0]
    found = compare_mean_shapes(shapes, posed(shapes, np.random.default_rng(0)), generator())
    assert found.distance == pytest.approx(0, abs=1e-7)


def test_bias_is_found_and_chance_is_not() -> None:
    rng = np.random.default_rng(1)
    truth = paired_shapes()[:, 0]
    noisy = truth + rng.normal(size=truth.shape) * 0.05
    assert compare_mean_shapes(noisy, truth, generator()).p > 0.05
    scaled = noisy * [1.0, 1.0, 1.03]  # in the frame of each scan, so another way in each
    aligned = np.array([truth[0] + rng.normal(size=(15, 3)) * 0.05 for _ in range(8)])
    stretched = aligned * [1.0, 1.05, 1.0]
    assert compare_mean_shapes(stretched, aligned, generator()).p == pytest.approx(1 / 128)
    assert compare_mean_shapes(scaled, noisy, generator()).distance < 0.05


def test_interval_holds_the_distance_of_a_clear_bias() -> None:
    rng = np.random.default_rng(2)
    base = paired_shapes()[0, 0]
    truth = base + rng.normal(size=(30, 15, 3)) * 0.1
    found = compare_mean_shapes(truth * [1.0, 1.05, 1.0], truth, rng)
    assert found.interval[0] < found.distance < found.interval[1]
    assert np.quantile(found.null, 0.95) < found.distance


def test_one_specimen_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        compare_mean_shapes(paired_shapes()[:1, 0], paired_shapes()[:1, 1], generator())
