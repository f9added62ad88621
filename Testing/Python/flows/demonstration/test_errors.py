"""Errors are paired by label, and the null knows the pose."""

import numpy as np
import pytest

from craniomark.flows.demonstration.errors import error_rows
from craniomark.ground.landmarks import Annotation, LandmarkSet

LABELS = ("a", "b", "c", "d", "e")
TRUTH = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10], [5, 5, 5]], dtype=float)


def test_a_shifted_prediction_in_another_order_has_the_shift_as_error() -> None:
    predicted = LandmarkSet(LABELS[::-1], TRUTH[::-1] + np.array([0.3, 0, 0.4]))
    ours, *_ = error_rows("x", predicted, LandmarkSet(LABELS, TRUTH), LandmarkSet(LABELS, TRUTH))
    assert (ours.compared, ours.method) == (5, "CranioMark")
    assert (ours.mean, ours.worst) == (pytest.approx(0.5), pytest.approx(0.5))


def test_the_mean_shape_knows_the_pose_but_not_the_size_in_the_first_null() -> None:
    turned = TRUTH @ np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1.0]]) + 7
    mean = LandmarkSet(LABELS, 1.1 * turned)
    _, pose, size = error_rows("x", mean, LandmarkSet(LABELS, TRUTH), mean)
    assert pose.mean > 0.2
    assert size.mean == pytest.approx(0, abs=1e-9)


def test_missing_points_are_not_compared() -> None:
    points = TRUTH.copy()
    points[0] = np.nan
    ours, *_ = error_rows(
        "x", LandmarkSet(LABELS, points), LandmarkSet(LABELS, TRUTH), LandmarkSet(LABELS, TRUTH)
    )
    assert ours.compared == 4


def test_coverage_is_the_part_within_the_estimate() -> None:
    estimates = dict(zip(LABELS, (1.0, 1.0, 1.0, 0.1, float("nan")), strict=True))
    notes = {label: Annotation(error90_mm=value) for label, value in estimates.items()}
    predicted = LandmarkSet(LABELS, TRUTH + np.array([0.5, 0, 0]), notes)
    ours, *_ = error_rows("x", predicted, LandmarkSet(LABELS, TRUTH), LandmarkSet(LABELS, TRUTH))
    assert ours.covered == pytest.approx(0.75)


def test_nothing_in_common_gives_no_figures() -> None:
    (ours,) = error_rows(
        "x", LandmarkSet(("z",), [[0, 0, 0]]), LandmarkSet(LABELS, TRUTH), LandmarkSet((), [])
    )
    assert ours.compared == 0
    assert np.isnan(ours.mean)
