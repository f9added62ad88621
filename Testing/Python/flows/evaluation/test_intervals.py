"""Bootstrap intervals of pooled figures."""

import numpy as np
import pytest

from craniomark.flows.evaluation import PointError, Resampling, evaluate
from craniomark.flows.evaluation.intervals import pooled_intervals
from craniomark.flows.evaluation.plain import NotEnough
from craniomark.ground.landmarks import LandmarkSet

Cohort = dict[str, LandmarkSet]


def rows(errors: np.ndarray) -> list[PointError]:
    """Errors, shape (specimens, landmarks), along x."""
    return [
        PointError(f"s{i}", f"L{j}", (float(j) + float(e), j % 3, j % 5), (j, j % 3, j % 5))
        for i, of_specimen in enumerate(errors)
        for j, e in enumerate(of_specimen)
    ]


def test_intervals_hold_the_figures_they_belong_to(predicted: Cohort, truth: Cohort) -> None:
    metrics = evaluate(predicted, truth)
    found = pooled_intervals([row for row in metrics.errors if not row.note], (0.1, 0.3), Resampling())
    content = metrics.as_dict()
    keys = {"mean_mm", "median_mm", "p95_mm", "sdr_0.1", "sdr_0.3", "coverage_90", "procrustes_distance"}
    assert set(found) == keys
    for key, (low, high) in found.items():
        assert low - 0.03 <= content[key] <= high + 0.03


def test_width_is_that_of_specimens_and_not_of_points() -> None:
    own = np.random.default_rng(0).normal(size=(100, 1)) * 0.1
    low, high = pooled_intervals(rows(1 + np.tile(own, (1, 12))), (0.1,), Resampling())["mean_mm"]
    assert high - low == pytest.approx(2 * 1.96 * own.std() / 10, rel=0.15)


def test_mean_is_held_as_often_as_is_said() -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for seed in range(100):
        errors = 1 + np.tile(rng.normal(size=(25, 1)) * 0.1, (1, 5))
        low, high = pooled_intervals(rows(errors), (), Resampling(299, seed, 0.9))["mean_mm"]
        hits += low <= 1 <= high
    assert 0.78 < hits / 100 < 0.98


def test_one_specimen_has_no_interval() -> None:
    with pytest.raises(NotEnough, match="two specimens"):
        pooled_intervals(rows(np.ones((1, 5))), (0.1,), Resampling())
