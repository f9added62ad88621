"""Another observer's points over one's own: which there are, where they are shown, how far they are."""

import numpy as np
import pytest

from craniomark.desktop.comparing import COLOUR
from craniomark.desktop.reviewing import BLIND, OBSERVER, ReviewPresenter
from craniomark.ground.landmarks import Annotation, LandmarkSet, write_landmarks
from craniomark.ground.volumes import Volume
from craniomark.mrml import add_linear, add_volume, locked_labels, point_of

PLACES = np.array([[1.0, 2.0, 3.0], [4.0, 2.0, 3.0], [np.nan] * 3])
LABELS = ("a", "b", "gone")
KNOWN = (
    Annotation(0.1, "ok", "predicted"),
    Annotation(0.5, "review", "predicted"),
    Annotation(status="missing"),
)
SHIFT = np.eye(4)
SHIFT[0, 3] = 10.0


@pytest.fixture
def results(tmp_path):
    write_landmarks(
        LandmarkSet(LABELS, PLACES, dict(zip(LABELS, KNOWN, strict=True))), tmp_path / "skull.csv"
    )
    return str(tmp_path)


@pytest.fixture
def volume(scene):
    node = add_volume(scene, Volume(np.zeros((9, 9, 9), np.float32), np.eye(4)), "skull")
    node.SetAndObserveTransformNodeID(add_linear(scene, SHIFT, "pose").GetID())
    return node


@pytest.fixture
def review(scene, volume, results):
    made = ReviewPresenter(lambda: scene, lambda: [])
    made.open(volume, results, "Anna")
    made.session.move("b", (4.0, 2.5, 3.0))
    made.open(volume, results, "Ben", OBSERVER)
    yield made
    made.close()


def test_the_first_observer_is_offered_and_nobody_is_shown(review):
    assert review.comparison.names == ("Anna, round 1",) and review.comparison.node is None
    assert all(row.apart == "" for row in review.rows)


def test_points_are_shown_locked_in_their_colour_and_under_the_volume_s_transform(review):
    review.compare(0)
    node = review.comparison.node
    assert node.GetName() == "skull by Anna, round 1" and locked_labels(node) == set(LABELS)
    assert node.GetDisplayNode().GetSelectedColor() == pytest.approx(COLOUR, abs=1e-6)
    assert point_of(node, "b") == pytest.approx([14.0, 2.5, 3.0])


def test_distances_follow_what_is_moved(review):
    review.compare(0)
    assert {row.label: row.apart for row in review.rows} == {"b": "0.50", "a": "0.00", "gone": ""}
    review.session.move("b", (4.0, 2.5, 3.2))
    assert {row.label: row.apart for row in review.rows}["b"] == "0.20"


def test_it_goes_with_the_choice_and_with_the_review(review, scene):
    review.compare(0)
    node = review.comparison.node
    review.compare(-1)
    assert review.comparison.node is None and not scene.IsNodePresent(node)
    review.compare(0)
    node = review.comparison.node
    review.close()
    assert not scene.IsNodePresent(node) and review.comparison.names == ()


def test_a_list_that_the_user_deleted_does_no_harm(review, scene):
    review.compare(0)
    scene.RemoveNode(review.comparison.node)
    review.go("a")
    review.compare(-1)
    assert review.comparison.shown is None


def test_a_blind_digitising_sees_the_others_once_it_is_complete(review, volume, results):
    review.open(volume, results, "Cleo", BLIND)
    assert review.comparison.names == ()
    for label in ("a", "b"):
        review.session.move(label, (1.0, 1.0, 1.0))
    assert review.comparison.names == ()
    review.session.set_missing("gone")
    assert review.comparison.names == ("Anna, round 1", "Ben, round 1")
