"""Intervals from redrawn and reduced samples."""

import numpy as np
import pytest

from craniomark.ground.geometry import corrected_interval, jackknife_interval


def test_without_bias_it_is_the_percentile_interval() -> None:
    values = np.random.default_rng(0).normal(size=100_001)
    assert corrected_interval(float(np.median(values)), values) == pytest.approx((-1.96, 1.96), abs=0.03)


def test_bias_is_taken_out_and_the_estimate_is_within() -> None:
    values = np.random.default_rng(1).normal(0.5, 1, size=10_000)
    low, high = corrected_interval(0.0, values)
    assert low < -1.5 and high < 2.0
    assert corrected_interval(-9.0, values)[0] == -9.0


def test_nothing_known_is_told_as_such() -> None:
    assert np.isnan(corrected_interval(1.0, [])).all()
    assert np.isnan(corrected_interval(float("nan"), [1.0, 2.0])).all()
    assert np.isnan(jackknife_interval(1.0, [1.0, 2.0])).all()
    assert np.isnan(jackknife_interval(1.0, [1.0, float("nan"), 2.0])).all()


def test_jackknife_of_a_mean_is_the_t_interval() -> None:
    x = np.random.default_rng(2).normal(size=9)
    reduced = [np.delete(x, i).mean() for i in range(9)]
    half = 2.306004 * x.std(ddof=1) / 3
    assert jackknife_interval(float(x.mean()), reduced) == pytest.approx((x.mean() - half, x.mean() + half))


def test_jackknife_holds_a_log_variance_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(400):
        x = rng.normal(size=20)
        reduced = [np.log(np.delete(x, i).var(ddof=1)) for i in range(20)]
        low, high = jackknife_interval(float(np.log(x.var(ddof=1))), reduced)
        hits += low <= 0 <= high
    assert hits / 400 == pytest.approx(0.94, abs=0.04)
