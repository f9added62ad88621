"""A review on real MRML: what users do to points is in the session, what sessions do is in the scene."""

import json

import numpy as np
import pytest

from craniomark.desktop.results import SPECIMEN
from craniomark.desktop.reviewing import BLIND, OBSERVER, ReviewPresenter
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet, write_landmarks
from craniomark.ground.volumes import Volume
from craniomark.mrml import add_linear, add_volume, index_of, locked_labels, point_of

PLACES = np.array([[1.0, 2.0, 3.0], [4.0, 2.0, 3.0], [2.0, 6.0, 3.0], [np.nan] * 3])
LABELS = ("a", "b", "c", "gone")
KNOWN = (
    Annotation(0.1, "ok", "predicted"), Annotation(0.5, "review", "predicted"),
    Annotation(0.3, "ok", "predicted"), Annotation(status="missing"),
)  # fmt: skip
SHIFT = np.array([[0.0, -1.0, 0.0, 10.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])


@pytest.fixture
def results(tmp_path):
    given = LandmarkSet(LABELS, PLACES, dict(zip(LABELS, KNOWN, strict=True)))
    write_landmarks(given, tmp_path / "out" / "skull.csv")
    return tmp_path / "out"


@pytest.fixture
def volume(scene):
    voxels = np.zeros((20, 20, 20), np.float32)
    voxels[:8] = 100.0
    return add_volume(scene, Volume(voxels, np.diag([0.5, 0.5, 0.5, 1.0])), "skull")


@pytest.fixture
def told():
    return []


@pytest.fixture
def review(scene, told):
    made = ReviewPresenter(lambda: scene, lambda: [])
    made.told = lambda kind, words: told.append((kind, words))
    yield made
    made.close()


@pytest.fixture
def opened(review, volume, results):
    review.open(volume, str(results), "Anna")
    return review


def drag(review, label, place):
    node = review.points.node
    x, y, z = place
    node.SetNthControlPointPosition(index_of(node, label), -x, -y, z)
    node.InvokeEvent(node.PointEndInteractionEvent)


def test_the_most_doubtful_point_comes_first_and_alone_is_free(opened):
    assert [row.label for row in opened.rows] == ["b", "gone", "c", "a"]
    assert opened.session.current == "b"
    node = opened.points.node
    assert locked_labels(node) == {"a", "c", "gone"}
    assert node.GetNthControlPointSelected(1) and not node.GetNthControlPointSelected(0)
    assert opened.rows[0].flag == "look" and opened.rows[0].error == "0.50"


def test_slices_show_the_point(opened, scene):
    node = scene.AddNewNodeByClass("vtkMRMLSliceNode", "Red")
    opened.go("c")
    matrix = node.GetSliceToRAS()
    assert [matrix.GetElement(i, 3) for i in range(3)] == pytest.approx([-2.0, -6.0, 3.0])


def test_a_drag_is_a_move_that_can_be_undone_and_made_again(opened):
    drag(opened, "b", (4.5, 2.5, 3.5))
    assert opened.session.points["b"].position == (4.5, 2.5, 3.5)
    assert opened.session.points["b"].status == "corrected"
    opened.undo()
    assert np.allclose(point_of(opened.points.node, "b"), PLACES[1])
    opened.redo()
    assert np.allclose(point_of(opened.points.node, "b"), (4.5, 2.5, 3.5))


def test_a_locked_point_stays_in_the_session_and_comes_back(opened):
    drag(opened, "a", (9, 9, 9))
    assert opened.session.points["a"].position == (1.0, 2.0, 3.0)
    opened.go("c")
    assert np.allclose(point_of(opened.points.node, "a"), PLACES[0])


def test_the_frame_is_that_of_the_scan_under_any_transform(review, volume, results, scene):
    pose = add_linear(scene, SHIFT, "pose")
    volume.SetAndObserveTransformNodeID(pose.GetID())
    review.open(volume, str(results))
    assert np.allclose(point_of(review.points.node, "a"), SHIFT[:3, :3] @ PLACES[0] + SHIFT[:3, 3])
    drag(review, "b", (4.0, 2.0, 4.0))
    assert review.session.points["b"].position == (4.0, 2.0, 4.0)


def test_accept_and_missing_go_on_to_what_is_left(opened, told):
    opened.accept()
    assert opened.session.points["b"].status == "accepted" and opened.session.current == "gone"
    opened.missing()
    assert opened.session.points["gone"].reviewed and opened.session.current == "c"
    opened.accept()
    opened.accept()
    assert opened.session.progress.complete and told[-1] == ("note", "All points are reviewed.")
    assert "4 of 4" in opened.progress_words


def test_each_change_is_on_the_disk(opened, results):
    opened.accept()
    held = json.loads((results / "skull.session.json").read_text())
    assert held["points"]["b"]["status"] == "accepted" and held["observer"] == "Anna"


def test_snap_moves_the_point_onto_bone(opened):
    drag(opened, "b", (4.2, 2.0, 3.0))
    assert opened.snap() == pytest.approx(0.45, abs=0.1)
    assert opened.session.points["b"].position[0] == pytest.approx(3.75, abs=0.1)
    opened.undo()
    assert opened.session.points["b"].position == (4.2, 2.0, 3.0)


def test_snap_far_from_bone_and_without_the_volume_is_refused(opened, scene, volume):
    drag(opened, "b", (8.0, 2.0, 3.0))
    with pytest.raises(InputError, match="nearer to the bone"):
        opened.snap()
    scene.RemoveNode(volume)
    with pytest.raises(InputError, match="deleted"):
        opened.snap()


def test_a_missing_point_is_placed_where_the_mouse_is(opened, scene):
    node = scene.AddNode(scene.CreateNodeByClass("vtkMRMLCrosshairNode"))
    node.SetCursorPositionRAS([-5.0, -6.0, 7.0])
    opened.go("gone")
    opened.place()
    assert opened.session.points["gone"].position == (5.0, 6.0, 7.0)


def test_colour_by_error(opened):
    opened.colour(0.2)
    selected = [opened.points.node.GetNthControlPointSelected(n) for n in range(3)]
    assert [bool(one) for one in selected] == [False, True, True]


def test_which_points_are_refined(opened):
    assert opened.chosen("flagged", ()) == ("b",)
    assert opened.chosen("uncertain", ()) == ("b",)
    assert opened.chosen("selected", ("c", "gone")) == ("c",)


def test_what_was_computed_is_one_step(opened):
    fresh = LandmarkSet(LABELS, PLACES + 1, {})
    assert opened.take(fresh, "refine", ["b", "c"]) == 2
    assert np.allclose(point_of(opened.points.node, "c"), PLACES[2] + 1)
    opened.undo()
    assert np.allclose(point_of(opened.points.node, "c"), PLACES[2])


def test_blind_digitising_shows_no_point_and_no_error(review, volume, results):
    review.open(volume, str(results), "Anna", BLIND)
    assert all(row.error == "" and row.status == "not placed" for row in review.rows)
    node = review.points.node
    status = {node.GetNthControlPointPositionStatus(n) for n in range(4)}
    assert node.PositionDefined not in status
    assert (results / "skull.session-anna-1.json").exists()


def test_a_second_observer_needs_a_name_and_gets_the_prediction(opened, volume, results):
    opened.accept()
    with pytest.raises(InputError, match="say who digitises"):
        opened.open(volume, str(results), "", OBSERVER)
    opened.open(volume, str(results), "Ben", OBSERVER)
    assert opened.session.points["b"].status == "predicted"


def test_a_list_that_was_deleted_is_shown_again(opened, scene):
    scene.RemoveNode(opened.points.node)
    opened.accept()
    assert np.allclose(point_of(opened.points.node, "a"), PLACES[0])


def test_opening_nothing_or_before_a_prediction_is_refused(review, volume, tmp_path):
    with pytest.raises(InputError, match="volume"):
        review.open(None, str(tmp_path))
    with pytest.raises(InputError, match="choose where results are kept"):
        review.open(volume, " ")
    with pytest.raises(InputError, match="predict its landmarks first"):
        review.open(volume, str(tmp_path))
    assert review.session is None and review.rows == [] and review.definition == ""


def test_closing_saves_and_the_review_goes_on(opened, volume, results):
    opened.accept()
    opened.close()
    assert volume.GetAttribute(SPECIMEN) == "skull"
    session = opened.open(volume, str(results))
    assert session.points["b"].status == "accepted"


@pytest.mark.usefixtures("opened")
def test_somebody_else_reviews(scene, volume, results):
    other = ReviewPresenter(lambda: scene, lambda: [])
    heard = []
    other.told = lambda kind, words: heard.append((kind, words))
    other.open(volume, str(results))
    assert heard[0][0] == "doubt" and "only be looked at" in heard[0][1]
    assert locked_labels(other.points.node) == set(LABELS)
    with pytest.raises(InputError, match="read-only"):
        other.accept()
    other.close()
