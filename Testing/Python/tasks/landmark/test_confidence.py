"""Error estimates: the quantile that was asked for, honest where evidence is lacking, and storable."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from synthetic import seeds, similarity

from craniomark.engine.patchmatch import Match
from craniomark.ground.geometry.shape_model import ShapeModel, fit_shape_model
from craniomark.tasks.landmark.confidence import EVIDENCE, ErrorModel, evidence
from craniomark.tasks.landmark.place import Placement
from craniomark.tasks.landmark.quantile import fit_weights

COUNT = 9
TYPICAL = np.linspace(0.05, 0.13, COUNT)
MODEL = ErrorModel(np.array([0.1, 0.0, 1.0, 0.0, 0.0, 0.2]), TYPICAL, 0.3, 0.5, 0.6)


@pytest.fixture(scope="module")
def shape() -> ShapeModel:
    rng = np.random.default_rng(1)
    return fit_shape_model(rng.normal(size=(COUNT, 3)) * 4 + rng.normal(0, 0.05, (8, COUNT, 3)), 2)


def placed(shape: ShapeModel, **changes: np.ndarray) -> Placement:
    """Landmarks on the mean shape, seen well."""
    full = {
        "points": shape.mean,
        "score": np.full(COUNT, 0.9),
        "spread": np.full(COUNT, 0.02),
        "disagreement": np.full(COUNT, 0.01),
        "moved": np.ones(COUNT, dtype=bool),
        "in_view": np.ones(COUNT, dtype=bool),
    }
    match = Match(**(full | changes))
    return Placement(match.points, np.eye(4), match)


@given(seeds)
def test_a_constant_alone_becomes_the_quantile(seed: int) -> None:
    errors = np.random.default_rng(seed).gamma(2, 0.1, 101)
    assert fit_weights(np.ones((101, 1)), errors, 0.9)[0] == pytest.approx(np.sort(errors)[90])


def test_as_many_errors_stay_under_the_estimate_as_was_asked_for() -> None:
    rng = np.random.default_rng(2)
    rows = np.column_stack([np.ones(600), rng.uniform(0, 1, 600)])
    errors = (0.05 + 0.3 * rows[:, 1]) * rng.gamma(3, 0.3, 600)
    weights = fit_weights(rows, errors, 0.9)
    assert (weights >= 0).all()
    assert np.mean(errors <= rows @ weights + 1e-9) == pytest.approx(0.9, abs=0.01)
    uncertain = rows[:, 1] > 0.5
    for part in (uncertain, ~uncertain):
        assert np.mean(errors[part] <= rows[part] @ weights) == pytest.approx(0.9, abs=0.05)


def test_evidence_that_says_nothing_gets_no_weight() -> None:
    rng = np.random.default_rng(3)
    rows = np.column_stack([np.ones(400), rng.uniform(0, 1, 400)])
    errors = 0.2 - 0.1 * rows[:, 1] + 0.01 * rng.uniform(size=400)
    assert fit_weights(rows, errors)[1] == 0


def test_the_estimate_is_the_weighted_sum(shape: ShapeModel) -> None:
    placement = placed(shape)
    np.testing.assert_allclose(MODEL.error90(placement, shape), 0.1 + 0.02 + 0.2 * 0.1, atol=1e-9)


def test_evidence_in_millimetres_is_told_in_the_specimens(shape: ShapeModel) -> None:
    small = placed(shape)
    large = replace(small, template_to_specimen=similarity(np.eye(3), 2.0))
    rows, doubled = evidence(small, shape, TYPICAL), evidence(large, shape, TYPICAL)
    for name in ("spread", "disagreement", "shape"):
        np.testing.assert_allclose(doubled[:, EVIDENCE.index(name)], 2 * rows[:, EVIDENCE.index(name)])
    for name in ("constant", "typical", "dissimilarity"):
        np.testing.assert_array_equal(doubled[:, EVIDENCE.index(name)], rows[:, EVIDENCE.index(name)])


def test_a_point_far_from_where_the_others_expect_it_is_doubted_by_its_distance(shape: ShapeModel) -> None:
    points = shape.mean.copy()
    points[4] += [0.0, 1.5, 0.0]
    placement = placed(shape, points=points)
    errors = MODEL.error90(placement, shape)
    assert errors[4] == pytest.approx(1.5, abs=0.2)
    assert MODEL.flags(placement, errors, shape)[4] == "review"


def test_a_poor_score_is_flagged_whatever_the_estimate(shape: ShapeModel) -> None:
    placement = placed(shape, score=np.r_[0.4, np.full(COUNT - 1, 0.9)])
    assert MODEL.flags(placement, np.full(COUNT, 0.01), shape) == ["review"] + ["ok"] * (COUNT - 1)


def test_nothing_is_claimed_of_points_out_of_view(shape: ShapeModel) -> None:
    seen = np.arange(COUNT) != 2
    placement = placed(shape, in_view=seen)
    errors = MODEL.error90(placement, shape)
    np.testing.assert_array_equal(np.isnan(errors), ~seen)
    assert MODEL.flags(placement, errors, shape)[2] == ""


@pytest.mark.parametrize("count", [0, 1, 3, 4])
def test_few_points_in_view_still_have_estimates(shape: ShapeModel, count: int) -> None:
    placement = placed(shape, in_view=np.arange(COUNT) < count)
    errors = MODEL.error90(placement, shape)
    assert np.isfinite(errors[:count]).all()
    assert np.isnan(errors[count:]).all()


def test_a_model_comes_back_from_json() -> None:
    back = ErrorModel.from_json(json.loads(json.dumps(MODEL.as_json())))
    np.testing.assert_allclose(back.weights, MODEL.weights)
    np.testing.assert_allclose(back.typical, MODEL.typical, atol=1e-5)
    names = ("review_above", "least_score", "usual_distance")
    assert [getattr(back, n) for n in names] == [getattr(MODEL, n) for n in names]


@pytest.mark.parametrize(
    "key", ["weights", "typical_mm", "review_above_mm", "least_score", "usual_distance_mm"]
)
def test_a_model_that_lacks_a_number_or_holds_no_number_is_refused(key: str) -> None:
    values = MODEL.as_json()
    with pytest.raises(ValueError, match="not finite"):
        changed = {"weights": dict.fromkeys(EVIDENCE, float("nan")), "typical_mm": [float("inf")]}
        ErrorModel.from_json(values | {key: changed.get(key, float("nan"))})
    del values[key]
    with pytest.raises(ValueError, match=key):
        ErrorModel.from_json(values)


def test_where_much_is_unusual_nothing_is_trusted(shape: ShapeModel) -> None:
    few, many = (np.where(np.arange(COUNT) < count, 0.1, 0.9) for count in (2, 5))
    assert MODEL.unusual(placed(shape, score=few), shape).sum() == 2
    assert MODEL.unusual(placed(shape, score=many), shape).all()


def test_given_points_are_judged_by_an_older_model_too() -> None:
    distance, own = np.array([0.05, 0.5]), np.array([0.1, 0.1])
    estimates, far = MODEL.of_given(distance, own)
    np.testing.assert_allclose(estimates, [0.15, 0.6])
    np.testing.assert_array_equal(far, [False, True])
    np.testing.assert_array_equal(MODEL.of_given(distance, own, size=2.0)[1], [False, False])


@pytest.mark.parametrize("name", ["texture", "match"])
def test_what_is_usual_of_other_landmarks_is_refused(name: str) -> None:
    usual = {"mean": [[0.0, 0.0]], "sd": [[1.0, 1.0]], "limit": 3.0}
    with pytest.raises(ValueError, match=f"usual {name} is of 1 landmarks, not {COUNT}"):
        ErrorModel.from_json(MODEL.as_json() | {name: usual})


def test_evidence_that_tells_little_is_left_out() -> None:
    rng = np.random.default_rng(6)
    rows = np.column_stack([rng.uniform(0.1, 0.3, 200), rng.uniform(0, 1, 200)])
    errors = rows[:, 0] * rng.gamma(3, 0.3, 200) + 0.1 * rows[:, 1]
    assert fit_weights(rows, errors)[1] > 0
    assert fit_weights(rows, errors, penalty=np.array([0.0, 0.5]))[1] == 0
