"""Procrustes analysis of variance: as R does it, and under the null."""

import csv

import numpy as np
import pytest
from paired_shapes import DATA, paired_shapes, posed, structure_of, symmetric_base

from craniomark.ground.geometry import (
    ProcrustesAnova,
    find_bilateral_structure,
    procrustes_anova,
    repeatability_interval,
)


def oracle(name: str) -> dict[str, dict[str, float]]:
    with (DATA / name).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {r.pop("source"): {k: float("nan" if v == "NA" else v) for k, v in r.items()} for r in rows}


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


def sample(rng: np.random.Generator, n: int = 8, own: float = 0.3, noise: float = 0.1) -> np.ndarray:
    """Symmetric skulls that vary symmetrically, landmarked twice with noise."""
    base = symmetric_base(rng)
    variation = rng.normal(size=(n, 15, 3)) * own
    variation[:, 6:12] = variation[:, :6] * [-1, 1, 1]
    variation[:, 12:, 0] = 0
    return posed((base + variation)[:, None] + rng.normal(size=(n, 2, 15, 3)) * noise, rng)


@pytest.mark.parametrize(("name", "sides"), [("anova_methods.csv", False), ("anova_sides.csv", True)])
def test_table_is_that_of_r(name: str, sides: bool) -> None:
    shapes = paired_shapes()
    found = procrustes_anova(shapes, generator(), structure_of(shapes) if sides else None, draws=9)
    expected = oracle(name)
    assert {row.source for row in found.rows} == set(expected)
    for row in found.rows:
        assert row.sum_of_squares == pytest.approx(expected[row.source]["ss"], rel=1e-5)
        assert row.df == expected[row.source]["df"]
        assert row.f == pytest.approx(expected[row.source]["f"], rel=1e-5, nan_ok=True)
        assert row.p_parametric == pytest.approx(expected[row.source]["p"], rel=1e-3, nan_ok=True)


def test_shares_add_up_and_both_tables_have_one_total() -> None:
    shapes = paired_shapes()
    plain = procrustes_anova(shapes, generator(), draws=9)
    sided = procrustes_anova(shapes, generator(), structure_of(shapes), draws=9)
    for found in (plain, sided):
        assert sum(row.r2 for row in found.rows) == pytest.approx(1)
    totals = [sum(row.sum_of_squares for row in found.rows[-2:]) for found in (plain, sided)]
    assert totals[0] == pytest.approx(totals[1], rel=0.01)
    assert sum(r.df for r in plain.rows) == 38 * 15
    assert sum(r.df for r in sided.rows) == sum(r.df for r in plain.rows) + 18


def test_method_that_is_the_truth_has_no_effect() -> None:
    once = paired_shapes()[:, 0]
    found = procrustes_anova(np.stack([once, once], axis=1), generator(), draws=99)
    assert found.row("method").sum_of_squares == 0
    assert found.row("residual").sum_of_squares == 0
    assert found.row("method").p == 1
    assert found.row("individual").p == pytest.approx(0.01)
    assert found.repeatability == pytest.approx(1)


def test_bias_of_one_landmark_is_found() -> None:
    shapes = sample(np.random.default_rng(0))
    assert procrustes_anova(shapes, generator()).row("method").p > 0.05
    turned = shapes.copy()
    for specimen in turned:  # the first landmark moves away from the centroid
        specimen[1, 0] += 0.1 * (specimen[1, 0] - specimen[1].mean(axis=0))
    assert procrustes_anova(turned, generator()).row("method").p < 0.02


def test_exchanged_specimens_are_found() -> None:
    shapes = sample(np.random.default_rng(1))
    assert procrustes_anova(shapes, generator()).row("individual").p < 0.01
    exchanged = shapes.copy()
    exchanged[:, 1] = np.roll(shapes[:, 1], 1, axis=0)
    found = procrustes_anova(exchanged, generator())
    assert found.row("individual").p > 0.05
    assert found.repeatability < 0.3


def sided(shapes: np.ndarray) -> ProcrustesAnova:
    return procrustes_anova(shapes, generator(), structure_of(shapes), draws=199)


def test_symmetric_skulls_have_neither_kind_of_asymmetry() -> None:
    found = sided(sample(np.random.default_rng(2)))
    assert found.row("side").p > 0.05
    assert found.row("individual x side").p > 0.05
    assert found.row("individual").p < 0.01


def test_asymmetry_that_was_made_is_found() -> None:
    rng = np.random.default_rng(3)
    base = symmetric_base(rng) + np.pad(rng.normal(size=(6, 3)) * 0.2, ((0, 9), (0, 0)))
    shapes = posed(base + rng.normal(size=(8, 2, 15, 3)) * 0.1, rng)
    assert sided(shapes).row("side").p < 0.02
    assert sided(shapes).row("individual x side").p > 0.05
    own = base + rng.normal(size=(8, 1, 15, 3)) * 0.3
    assert sided(posed(own + rng.normal(size=(8, 2, 15, 3)) * 0.1, rng)).row("individual x side").p < 0.02


def test_p_is_uniform_where_methods_do_not_differ() -> None:
    rng = np.random.default_rng(4)
    p = [procrustes_anova(sample(rng), rng, draws=59).row("method").p for _ in range(60)]
    assert 0.35 < np.mean(p) < 0.65
    assert np.mean(np.array(p) <= 0.1) < 0.25


def test_interval_of_the_repeatability_holds_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(8)
    base, hits, rounds = symmetric_base(rng), 0, 80
    for _ in range(rounds):
        shapes = base + rng.normal(size=(10, 1, 15, 3)) * 0.2 + rng.normal(size=(10, 2, 15, 3)) * 0.1
        found = procrustes_anova(posed(shapes, rng), rng, draws=1)
        low, high = repeatability_interval(found)
        assert low <= found.repeatability <= high
        hits += low <= 0.8 <= high
    assert hits / rounds > 0.86


def test_interval_is_not_told_where_it_cannot_be() -> None:
    two = procrustes_anova(paired_shapes()[:2], generator(), draws=1)
    assert np.isnan(repeatability_interval(two)).all()


def test_pose_of_the_scans_does_not_matter() -> None:
    shapes = paired_shapes()
    a = procrustes_anova(shapes, generator(), draws=9)
    b = procrustes_anova(posed(shapes * 1.3, np.random.default_rng(6)), generator(), draws=9)
    for one, other in zip(a.rows, b.rows, strict=True):
        assert one.sum_of_squares == pytest.approx(other.sum_of_squares, rel=1e-6)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (np.zeros((3, 4, 3)), "S, M, N, 3"),
        (np.zeros((1, 2, 9, 3)), "two specimens"),
        (np.zeros((5, 1, 9, 3)), "two specimens"),
        (np.full((5, 2, 9, 3), np.nan), "missing"),
    ],
)
def test_bad_input_is_refused(shapes: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        procrustes_anova(shapes, generator())


def test_truth_of_the_mouse_cts_against_itself_and_exchanged(mouse_cts: np.ndarray) -> None:
    structure = find_bilateral_structure(mouse_cts.mean(axis=0))
    noisy = mouse_cts + np.random.default_rng(0).normal(size=mouse_cts.shape) * 0.02
    found = procrustes_anova(np.stack([noisy, mouse_cts], axis=1), generator(), structure, draws=199)
    assert found.row("individual").p < 0.01 and found.row("individual x side").p < 0.01
    assert found.row("method").p > 0.05
    assert found.repeatability > 0.9
    exchanged = np.stack([np.roll(mouse_cts, 3, axis=0), mouse_cts], axis=1)
    assert procrustes_anova(exchanged, generator(), structure, draws=199).repeatability < 0.2
