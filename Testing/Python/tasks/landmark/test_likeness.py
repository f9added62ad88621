"""Matches that are worse than usual of a landmark are told from those that are not."""

import numpy as np
import pytest
from synthetic import similarity

from craniomark.engine.patchmatch import Match
from craniomark.ground.geometry.shape_model import ShapeModel, fit_shape_model
from craniomark.tasks.landmark.likeness import UsualMatch, match_features, usual_match
from craniomark.tasks.landmark.place import Placement

COUNT = 12
RNG = np.random.default_rng(2)
SHAPE: ShapeModel = fit_shape_model(RNG.normal(size=(COUNT, 3)) * 4 + RNG.normal(0, 0.05, (8, COUNT, 3)), 0)
SCORES = np.linspace(0.6, 0.95, COUNT)


def placed(seed: int, **changes: np.ndarray) -> Placement:
    """An intact specimen, some landmarks of which are hard to match in all specimens."""
    rng = np.random.default_rng(seed)
    score = np.tanh(np.arctanh(SCORES) + rng.normal(0, 0.1, COUNT))
    points = SHAPE.mean + rng.normal(0, 0.05, (COUNT, 3))
    seen = np.ones(COUNT, dtype=bool)
    full = {"points": points, "score": score, "spread": 0 * score, "disagreement": 0 * score} | {
        "moved": seen,
        "in_view": seen,
    }
    match = Match(**(full | changes))
    return Placement(match.points, np.eye(4), match)


@pytest.fixture(scope="module")
def usual() -> UsualMatch:
    return usual_match([match_features(placed(n), SHAPE) for n in range(10)], 0.01)


def test_intact_specimens_are_usual(usual: UsualMatch) -> None:
    deviations = np.array([usual.deviation(match_features(placed(n), SHAPE)) for n in range(50, 70)])
    assert np.mean(deviations > usual.limit) < 0.01


def test_a_score_is_held_against_the_landmarks_own(usual: UsualMatch) -> None:
    score = placed(90).match.score.copy()
    score[-1] = SCORES[0]  # usual of the first landmark, not of the last
    deviation = usual.deviation(match_features(placed(90, score=score), SHAPE))
    np.testing.assert_array_equal(deviation > usual.limit, np.arange(COUNT) == COUNT - 1)


def test_a_better_match_than_usual_is_no_fault(usual: UsualMatch) -> None:
    deviation = usual.deviation(match_features(placed(91, score=np.full(COUNT, 1.0)), SHAPE))
    assert (deviation < usual.limit).all()


def test_a_point_where_the_others_do_not_expect_it_is_unusual(usual: UsualMatch) -> None:
    points = placed(92).points.copy()
    points[3] += [1.0, 0.0, 0.0]
    deviation = usual.deviation(match_features(placed(92, points=points), SHAPE))
    assert deviation.argmax() == 3
    assert deviation[3] > usual.limit


def test_nothing_is_said_of_points_out_of_view(usual: UsualMatch) -> None:
    features = match_features(placed(93, in_view=np.arange(COUNT) != 5), SHAPE)
    assert np.isnan(features[5]).all()
    assert np.isfinite(np.delete(features, 5, axis=0)).all()
    assert usual.deviation(features)[5] == -np.inf
    usual_match([features, match_features(placed(1), SHAPE)], 0.01)


def test_size_does_not_matter() -> None:
    small = placed(94)
    large = Placement(small.points, similarity(np.eye(3), 2.0), small.match)
    np.testing.assert_array_equal(match_features(small, SHAPE), match_features(large, SHAPE))


def test_a_single_specimen_gives_a_limit_that_is_finite() -> None:
    alone = usual_match([match_features(placed(1), SHAPE)], 0.01)
    assert np.isfinite(alone.limit)
    assert (alone.sd > 0).all()


def test_what_is_usual_can_be_stored_and_is_checked(usual: UsualMatch) -> None:
    again = UsualMatch.from_json(usual.as_json(), what="usual match")
    np.testing.assert_allclose(again.mean, usual.mean, atol=1e-4)
    assert isinstance(again, UsualMatch)
    with pytest.raises(ValueError, match="usual match"):
        UsualMatch.from_json(usual.as_json() | {"sd": [[0.0, 0.0]] * COUNT}, what="usual match")
