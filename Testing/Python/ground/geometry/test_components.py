"""Principal components and covariances of two samples."""

import numpy as np
import pytest
from paired_shapes import figures, paired_shapes, posed

from craniomark.ground.geometry import chance_of_angle, compare_components


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


def varied(rng: np.random.Generator, n: int = 40) -> np.ndarray:
    """Shapes with two strong directions of variation."""
    base = paired_shapes()[0, 0]
    directions = rng.normal(size=(2, 15, 3))
    scores = rng.normal(size=(n, 2)) * [0.6, 0.3]
    return np.asarray(
        base + np.einsum("sk,kni->sni", scores, directions) + rng.normal(size=(n, 15, 3)) * 0.05
    )


def test_figures_are_those_of_r() -> None:
    shapes, oracle = paired_shapes(), figures()
    found = compare_components(shapes[:, 1], shapes[:, 0], generator(), draws=20)
    for k in range(3):
        assert found.angles[k] == pytest.approx(oracle[f"angle_{k + 1}"], rel=1e-4)
        assert found.subspace_angles[k] == pytest.approx(oracle[f"subspace_{k + 1}"], rel=1e-4)
    assert found.correlation == pytest.approx(oracle["correlation"], rel=1e-5)
    assert found.shares[0, 0] == pytest.approx(oracle["share_a_1"], rel=1e-5)
    assert found.shares[1, :2] == pytest.approx([oracle["share_b_1"], oracle["share_b_2"]], rel=1e-5)


def test_sample_agrees_with_itself() -> None:
    shapes = varied(np.random.default_rng(0))
    found = compare_components(posed(shapes, np.random.default_rng(1)), shapes, generator(), draws=50)
    np.testing.assert_allclose(found.angles, 0, atol=1e-3)
    assert found.correlation == pytest.approx(1)
    assert found.correlation_p < 0.05
    np.testing.assert_allclose(found.scores[0], found.scores[1], atol=1e-5)


def test_noise_that_replaces_the_variation_is_found() -> None:
    rng = np.random.default_rng(2)
    shapes = varied(rng)
    noise = shapes.mean(axis=0) + rng.normal(size=shapes.shape) * 0.3
    found = compare_components(noise, shapes, generator(), draws=50)
    assert found.angles[0] > 45 and found.angle_p[0] > 0.01
    good = compare_components(shapes + rng.normal(size=shapes.shape) * 0.1, shapes, generator(), draws=50)
    assert good.angles[0] < 15 and good.angle_p[0] < 1e-6
    assert good.angle_intervals[0, 0] <= good.angles[0] * 2
    assert good.correlation > found.correlation


def test_chance_of_angles_is_that_of_random_directions() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 20000, 12))
    cosines = np.abs(np.sum(a * b, axis=1)) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    angles = np.degrees(np.arccos(cosines))
    for limit in (50, 70, 85):
        assert chance_of_angle(limit, 12) == pytest.approx(np.mean(angles <= limit), abs=0.012)


def test_swapped_components_agree_as_spaces() -> None:
    rng = np.random.default_rng(4)
    base, directions = paired_shapes()[0, 0], rng.normal(size=(2, 15, 3)) * 0.3
    scores = rng.normal(size=(60, 2))
    noise = rng.normal(size=(60, 15, 3)) * 0.01
    a = base + np.einsum("sk,kni->sni", scores * [1.0, 0.6], directions) + noise
    b = base + np.einsum("sk,kni->sni", scores * [0.6, 1.0], directions) + noise
    found = compare_components(a, b, generator(), count=2, draws=20)
    assert found.angles.max() > 30
    assert found.subspace_angles.max() < 10


def test_too_few_or_unvarying_specimens_are_refused() -> None:
    shapes = paired_shapes()[:, 0]
    with pytest.raises(ValueError, match="at least 4"):
        compare_components(shapes[:3], shapes[:3], generator())
    with pytest.raises(ValueError, match="all alike"):
        compare_components(np.tile(shapes[0], (6, 1, 1)), shapes[:6], generator())
