"""Specimens opened, reviewed and left on a real scene, without views."""

import numpy as np
import pytest
from skulls import ball

from craniomark.desktop.results import SPECIMEN
from craniomark.desktop.reviewing import ReviewPresenter
from craniomark.flows.review import open_review
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, write_surface
from craniomark.mrml import add_linear, add_volume, point_of


def count(scene, kind="vtkMRMLModelNode"):
    return scene.GetNumberOfNodesByClass(kind)


def test_a_specimen_that_has_landmarks_is_under_review(opened, scene):
    review = opened.landmark.review
    assert review.session.current == "b" and not opened.message.words
    assert point_of(review.points.node, "b") == pytest.approx([4.0, 0.0, 0.0])
    assert count(scene) == 2 and opened.volume.GetName() == "one"


def test_one_without_landmarks_waits_for_them(make_desk, shelf, until):
    desk = make_desk(shelf)
    desk.open("three")
    until(desk, lambda: desk.current)
    assert desk.volume is not None and desk.landmark.review.session is None


def test_the_first_one_is_the_most_doubtful(make_desk, shelf, until):
    desk = make_desk(shelf)
    desk.begin()
    until(desk, lambda: desk.current == "one")


def test_the_next_takes_the_place_of_the_one_before_which_is_saved(opened, scene, until):
    opened.landmark.review.accept()
    opened.go_on()
    until(opened, lambda: opened.current == "two")
    assert count(scene, "vtkMRMLScalarVolumeNode") == 1 and count(scene) == 2
    assert count(scene, "vtkMRMLMarkupsFiducialNode") == 1
    assert opened.specimens["one"].reviewed == 1
    with open_review(opened.specimens.results, "one") as session:
        assert session.points["b"].status == "accepted" and not session.read_only


def test_the_list_follows_the_review(opened):
    opened.landmark.review.accept()
    assert opened.specimens["one"].state == "done"
    opened.landmark.review.undo()
    assert opened.specimens["one"].state == "doubtful"


def test_a_review_that_somebody_else_has_can_only_be_looked_at(make_desk, shelf, until):
    with open_review(shelf / "craniomark", "one"):
        desk = make_desk(shelf)
        desk.open("one")
        until(desk, lambda: desk.current)
        assert desk.landmark.review.session.read_only and desk.message.kind == "doubt"


def test_others_are_told_that_the_browser_has_it(opened):
    with open_review(opened.specimens.results, "one") as session:
        assert "the browser" in session.read_only


def test_a_point_dragged_in_the_3d_view_comes_to_lie_on_the_bone(opened):
    near = np.array([4.3, 0.0, 0.0])
    assert opened._settled(near) is near
    opened.solid = True
    assert np.linalg.norm(opened._settled(near)) == pytest.approx(4.0, abs=0.05)
    far = np.array([0.0, 0.0, 1.0])
    assert opened._settled(far) is far


def test_bone_and_points_go_with_the_pose(opened, scene):
    matrix = np.diag([-1.0, -1.0, 1.0, 1.0])
    pose = add_linear(scene, matrix, "pose")
    pose.SetAttribute("CranioMark.Pose", "found")
    opened.volume.SetAndObserveTransformNodeID(pose.GetID())
    opened._posed()
    assert opened.bone.nodes[0].GetTransformNodeID() == pose.GetID()
    assert point_of(opened.landmark.review.points.node, "b") == pytest.approx([-4.0, 0.0, 0.0])


def test_a_coarse_surface_stands_in_while_something_is_dragged(opened):
    fine, coarse = (node.GetDisplayNode() for node in opened.bone.nodes)
    assert fine.GetVisibility() and not coarse.GetVisibility()
    opened.bone.drag(True)
    assert not fine.GetVisibility() and coarse.GetVisibility()
    opened.bone.drag(False)
    opened.bone.look(False)
    assert not fine.GetVisibility() and not coarse.GetVisibility()


def test_a_surface_has_neither_scan_nor_review(make_desk, shelf, scene, until):
    corners = [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    write_surface(Surface(corners, [[0, 1, 2]], {"error": np.array([0.0, 1.0, 2.0])}), shelf / "face.vtp")
    desk = make_desk(shelf)
    desk.open("face")
    until(desk, lambda: desk.current == "face")
    assert desk.volume is None and desk.surface.array == "error" and count(scene) == 1
    desk.open("one")
    until(desk, lambda: desk.current == "one")
    assert not desk.surface.name and count(scene) == 2


def test_a_scan_that_is_damaged_is_told_and_the_one_before_stays(opened, shelf, until):
    (shelf / "three.nrrd").write_bytes(b"NRRD0004\ntype: short\n")
    opened.open("three")
    until(opened, lambda: not opened.loading)
    assert opened.message.kind == "fault" and opened.current == "one"


def test_what_is_not_in_the_list_is_not_opened(opened):
    with pytest.raises(InputError, match="choose one of the list"):
        opened.open("../secret")


def test_landmarks_are_found_by_the_child_and_reviewed(make_desk, shelf, until):
    desk = make_desk(shelf, odd=True, observer="Anna")
    desk.open("three")
    until(desk, lambda: desk.current)
    desk.predict()
    assert desk.busy
    with pytest.raises(InputError, match="being worked on"):
        desk.open("one")
    until(desk, lambda: not desk.busy and desk.landmark.review.session is not None)
    desk.take_outcome()
    assert desk.message.kind == "doubt" and desk.specimens["three"].state == "doubtful"
    desk.predict()
    desk.cancel()
    until(desk, lambda: not desk.busy)
    desk.take_outcome()
    assert "Stopped" in desk.message.words


def test_scans_without_landmarks_are_done_paused_and_stopped(make_desk, shelf, until):
    desk = make_desk(shelf, odd=True)
    desk.predict_all()
    folder = desk.landmark.folder
    until(desk, lambda: [row.id for row in folder.rows] == ["three"])
    folder.pause()
    until(desk, lambda: folder.paused or not folder.busy)
    desk.cancel()
    until(desk, lambda: not folder.busy and not folder.paused)
    assert not desk.board.busy and not desk.landmark.busy
    desk.take_outcome()
    assert desk.message.words


def test_a_second_observer_begins_with_what_the_program_gave(opened, until):
    review = opened.landmark.review
    review.session.move("b", (4.2, 0.0, 0.0))
    with pytest.raises(InputError, match="say who digitises"):
        opened.review_as("observer", "")
    opened.review_as("observer", "Berta")
    until(opened, lambda: review.session is not None and review.session.kind == "observer")
    assert review.session.points["b"].position == (4.0, 0.0, 0.0) and opened.mode == "observer"
    review.compare(0)
    assert review.comparison.apart("b", review.session.points["b"]) == pytest.approx(0.2)


def test_the_point_under_review_is_kept_though_nothing_was_decided_on_it(opened):
    review = opened.landmark.review
    review.go("c")
    opened.keep_place()
    assert not review.session.path.exists(), "to look is not to review"
    review.accept()
    review.go("c")
    opened.keep_place()
    with open_review(opened.specimens.results, "one") as other:
        assert other.current == "c"
    review.go("a")
    with open_review(opened.specimens.results, "one") as other:
        assert other.current == "c", "it was not saved yet"


def test_the_desktop_and_the_browser_go_on_with_each_others_reviews(make_desk, shelf, scene, until):
    volume, folder = add_volume(scene, ball(), "one"), str(shelf / "craniomark")
    volume.SetAttribute(SPECIMEN, "one")
    theirs = ReviewPresenter(lambda: scene)
    theirs.open(volume, folder)
    theirs.go("b")
    theirs.accept()
    theirs.close()
    desk = make_desk(shelf)
    desk.open("one")
    until(desk, lambda: desk.current)
    here = desk.landmark.review
    assert here.session.points["b"].status == "accepted"
    here.session.move("a", (-4.1, 0.0, 0.0))
    here.close()
    theirs.open(volume, folder)
    assert theirs.session.points["a"].position == (-4.1, 0.0, 0.0)
    theirs.undo()
    theirs.undo()
    assert theirs.session.points["a"].position == (-4.0, 0.0, 0.0)
    assert theirs.session.points["b"].status != "accepted"
    theirs.close()


def test_closing_lets_others_write(make_desk, shelf, until):
    desk = make_desk(shelf)
    desk.open("one")
    until(desk, lambda: desk.current)
    desk.close()
    with open_review(shelf / "craniomark", "one") as session:
        assert not session.read_only
