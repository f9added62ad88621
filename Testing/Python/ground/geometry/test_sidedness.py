"""Directional and fluctuating asymmetry."""

import numpy as np
import pytest
from paired_shapes import paired_shapes, posed, structure_of, symmetric_base

from craniomark.ground.geometry import find_bilateral_structure, procrustes_anova, sidedness


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


def test_symmetric_skulls_have_none() -> None:
    rng = np.random.default_rng(0)
    base = symmetric_base(rng)
    shapes = posed(np.stack([base * size for size in rng.uniform(0.9, 1.1, 6)]), rng)
    found = sidedness(shapes, structure_of(shapes), generator())
    assert found.directional_mm == pytest.approx(0, abs=1e-6)
    assert found.fluctuating_mm == pytest.approx(0, abs=1e-6)


def test_directional_asymmetry_is_told_from_fluctuating_one() -> None:
    rng = np.random.default_rng(1)
    base = symmetric_base(rng)
    lopsided = base + np.pad(rng.normal(size=(6, 3)) * 0.3, ((0, 9), (0, 0)))
    shapes = posed(lopsided + rng.normal(size=(10, 15, 3)) * 0.01, rng)
    found = sidedness(shapes, structure_of(shapes), generator())
    assert found.directional_mm > 5 * found.fluctuating_mm
    assert found.directional_p < 0.01
    shapes = posed(base + rng.normal(size=(10, 15, 3)) * 0.1, rng)
    found = sidedness(shapes, structure_of(shapes), generator())
    assert found.directional_p > 0.05
    assert found.fluctuating_mm > 2 * found.directional_mm


def test_size_of_what_was_added_is_found() -> None:
    rng = np.random.default_rng(2)
    base = symmetric_base(rng)
    shapes = base + rng.normal(size=(200, 15, 3)) * 0.1
    found = sidedness(posed(shapes, rng), structure_of(shapes), generator(), draws=9)
    # Half of 45 coordinates of noise is asymmetric; less three that the pose takes.
    assert found.fluctuating_mm == pytest.approx(0.1 * np.sqrt(18 / 15), rel=0.05)
    assert found.scores.shape == (200,)


def test_p_is_uniform_without_directional_asymmetry() -> None:
    rng = np.random.default_rng(3)
    base = symmetric_base(rng)
    p = []
    for _ in range(60):
        shapes = posed(base + rng.normal(size=(7, 15, 3)) * 0.1, rng)
        p.append(sidedness(shapes, structure_of(shapes), rng, draws=99).directional_p)
    assert 0.35 < np.mean(p) < 0.65


def test_sums_agree_with_the_analysis_of_variance() -> None:
    truth = paired_shapes()[:, 0]
    structure = structure_of(truth)
    found = sidedness(truth, structure, generator(), draws=9)
    table = procrustes_anova(np.stack([truth, truth], axis=1), generator(), structure, draws=9)
    ratio = found.directional_mm**2 / found.fluctuating_mm**2
    side, both = table.row("side"), table.row("individual x side")
    assert ratio == pytest.approx(side.sum_of_squares / both.sum_of_squares * 7 / 8, rel=1e-4)


def test_skulls_of_mice_are_lopsided_alike(mouse_cts: np.ndarray) -> None:
    structure = find_bilateral_structure(mouse_cts.mean(axis=0))
    found = sidedness(mouse_cts, structure, generator())
    assert found.directional_p < 0.01
    assert 0.02 < found.fluctuating_mm < 0.15


def test_unpaired_landmark_is_refused() -> None:
    shapes = paired_shapes()[:, 0]
    with pytest.raises(ValueError, match="paired or on the midline"):
        sidedness(np.concatenate([shapes, shapes[:, :1] + 1], axis=1), structure_of(shapes), generator())
