"""Hotelling's test."""

import numpy as np
import pytest
from paired_shapes import DATA, figures

from craniomark.ground.geometry import hotelling_test


def test_figures_are_those_of_manova_in_r() -> None:
    found = hotelling_test(np.loadtxt(DATA / "first_differences.csv", delimiter=",", skiprows=1))
    oracle = figures()
    assert found.t2 == pytest.approx(oracle["t2"], rel=1e-9)
    assert found.f == pytest.approx(oracle["hotelling_f"], rel=1e-9)
    assert found.p == pytest.approx(oracle["hotelling_p"], rel=1e-9)
    assert found.df == (3, 5)


def test_p_is_uniform_where_the_mean_is_zero() -> None:
    rng = np.random.default_rng(0)
    p = [hotelling_test(rng.normal(size=(8, 3)) @ np.diag([1, 5, 0.2])).p for _ in range(600)]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.03)
    assert np.mean(p) == pytest.approx(0.5, abs=0.05)


def test_shift_is_found() -> None:
    rng = np.random.default_rng(1)
    assert hotelling_test(rng.normal([2, 0, 0], 1, size=(12, 3))).p < 0.01


@pytest.mark.parametrize("vectors", [np.ones((3, 3)), np.ones((9, 3)), np.full((9, 3), np.nan)])
def test_too_few_or_flat_vectors_tell_nothing(vectors: np.ndarray) -> None:
    assert np.isnan(hotelling_test(vectors).p)


def test_gaps_are_left_out() -> None:
    x = np.random.default_rng(2).normal(size=(9, 3))
    holed = np.vstack([x, [np.nan, 0, 0]])
    assert hotelling_test(holed) == hotelling_test(x)
