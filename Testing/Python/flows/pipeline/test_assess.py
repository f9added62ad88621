"""Given landmarks on a real skull that the model never saw: wrong ones are told, true ones left alone."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from skull_bundle import Skull, turned

from common.planting import MOVED_MM, moved_points
from craniomark.flows.pipeline import assess as module
from craniomark.flows.pipeline.assess import assess
from craniomark.flows.pipeline.model import Model
from craniomark.flows.pipeline.predict import NoPoseError, placed_from
from craniomark.ground.landmarks import Annotation, LandmarkSet

Judged = tuple[LandmarkSet, dict[str, float]]


@pytest.fixture(scope="module")
def skull(unseen_skulls: list[Skull]) -> Skull:
    return unseen_skulls[-1]


@pytest.fixture(scope="module")
def given(skull: Skull) -> Judged:
    """The truth with some points moved, and by how much."""
    return moved_points(skull.truth, np.random.default_rng(11))


@pytest.fixture(scope="module")
def judged(skull: Skull, skull_model: Model, given: Judged) -> LandmarkSet:
    return assess(skull.volume, given[0], skull_model)


def flagged(landmarks: LandmarkSet) -> set[str]:
    return {label for label in landmarks.labels if landmarks.annotation(label).flag == "review"}


def told(landmarks: LandmarkSet, labels: tuple[str, ...]) -> np.ndarray:
    return np.array([landmarks.annotation(label).error90_mm for label in labels])


def test_moved_points_are_flagged_and_few_others(judged: LandmarkSet, given: Judged) -> None:
    moved = set(given[1])
    assert min(given[1].values()) >= MOVED_MM[0]
    assert moved <= flagged(judged)
    assert len(flagged(judged) - moved) <= 0.15 * len(judged)


def test_estimates_follow_the_distance(judged: LandmarkSet, given: Judged) -> None:
    labels = tuple(given[1])
    away = np.array([given[1][label] for label in labels])
    estimates = told(judged, labels)
    assert (estimates > 0.6 * away).all()
    assert np.corrcoef(estimates, away)[0, 1] > 0.8
    others = tuple(label for label in judged.labels if label not in given[1])
    assert np.median(told(judged, others)) < 0.4


def test_the_model_must_have_an_opinion_of_its_own(
    skull: Skull, skull_model: Model, given: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The null: a model that repeats what it is given, and finds all of it usual, flags nothing."""

    def parrot(image, pose, model, progress):  # type: ignore[no-untyped-def]
        own = placed_from(image, pose, model, progress)
        points = np.linalg.solve(own.template_to_specimen, np.c_[given[0].points, np.ones(len(given[0]))].T)
        return replace(own, points=points.T[:, :3])

    agreeable = SimpleNamespace(unusual=lambda placement, _: np.zeros(len(placement.points), dtype=bool))
    errors = skull_model.errors
    agreeable.error90, agreeable.of_given = errors.error90, errors.of_given
    monkeypatch.setattr(module, "placed_from", parrot)
    found = assess(skull.volume, given[0], replace(skull_model, errors=agreeable))  # type: ignore[arg-type]
    assert not flagged(found)
    assert (told(found, tuple(given[1])) < np.array(list(given[1].values()))).mean() > 0.7


def test_no_point_moves_and_nothing_else_that_was_told_is_lost(
    skull: Skull, skull_model: Model, given: Judged
) -> None:
    first, second, third = given[0].labels[:3]
    notes = {
        first: Annotation(0.01, "ok", "accepted", observer="me", description="by hand"),
        third: Annotation(status="missing"),
        "strange": Annotation(status="corrected"),
    }
    points = np.vstack([given[0].points, [[1.0, 2.0, 3.0]]])
    points[2] = np.nan
    start = LandmarkSet((*given[0].labels, "strange"), points, notes, ("from elsewhere",))
    found = assess(skull.volume, start, skull_model, only=(first, third, "strange"))
    np.testing.assert_array_equal(found.points, start.points)
    assert (found.labels, found.notes) == (start.labels, start.notes)
    assert found.annotation("strange") == notes["strange"]
    assert found.annotation(third) == notes[third]
    assert found.annotation(second) == Annotation(), "it is not in only"
    judged = found.annotation(first)
    assert judged.error90_mm != 0.01
    assert (judged.status, judged.observer, judged.description) == ("accepted", "me", "by hand")


def test_landmarks_that_lie_wrong_as_a_whole_are_all_flagged(skull: Skull, skull_model: Model) -> None:
    wrong = turned(30, skull.truth.points.mean(0), (2.0, 1.5, -1.0), 3)
    assert len(flagged(assess(skull.volume, skull.truth.moved(wrong), skull_model))) >= 0.95 * len(
        skull.truth
    )


def test_points_where_the_scan_shows_nothing_are_flagged(skull: Skull, skull_model: Model) -> None:
    elsewhere = skull.truth.moved(turned(0, skull.volume.centre, (500.0, 0.0, 0.0), 1))
    found = assess(skull.volume, elsewhere, skull_model)
    assert flagged(found) == set(skull.truth.labels)
    assert np.isnan(told(found, found.labels)).all()


def test_too_few_landmarks_tell_no_pose(skull: Skull, skull_model: Model) -> None:
    few = LandmarkSet(skull.truth.labels[:2], skull.truth.points[:2])
    with pytest.raises(NoPoseError) as refused:
        assess(skull.volume, few, skull_model)
    assert refused.value.known == 2


def test_steps_are_told_and_stopping_is_obeyed(skull: Skull, skull_model: Model, given: Judged) -> None:
    heard: list[tuple[str, float]] = []
    assess(skull.volume, given[0], skull_model, progress=lambda *step: heard.append(step))
    assert heard[0] == ("assess", 0.0)
    assert heard[-1] == ("assess", 1.0)
    assert [f for _, f in heard] == sorted(f for _, f in heard)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assess(skull.volume, given[0], skull_model, progress=stop)
