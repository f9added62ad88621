"""The point list of a review keeps to its volume and its session, whatever a user does to the scene."""

import json

import numpy as np
import pytest

from craniomark.desktop import poses
from craniomark.desktop.results import SPECIMEN
from craniomark.desktop.reviewing import BLIND, OBSERVER, ReviewPresenter
from craniomark.flows.pipeline.record import ModelIdentity, Record, write_record
from craniomark.flows.pipeline.source import look_at
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet, write_landmarks
from craniomark.ground.volumes import Volume, write_volume
from craniomark.mrml import add_linear, add_volume, index_of, point_of

LABELS = ("a", "b")
PLACES = np.array([[1.0, 2.0, 3.0], [4.0, 2.0, 3.0]])
KNOWN = (Annotation(0.1, "ok", "predicted"), Annotation(0.5, "review", "predicted"))
TURN = np.array([[0.0, -1.0, 0.0, 10.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])


@pytest.fixture
def scan():
    voxels = np.zeros((20, 20, 20), np.float32)
    voxels[:8] = 100.0
    return Volume(voxels, np.diag([0.5, 0.5, 0.5, 1.0]))


@pytest.fixture
def results(tmp_path, scan):
    """Results of a scan that lies in a folder with blanks and umlauts."""
    out = tmp_path / "Schädel 1 ß"
    write_landmarks(LandmarkSet(LABELS, PLACES, dict(zip(LABELS, KNOWN, strict=True))), out / "skull.csv")
    write_volume(scan, out / "skull.nrrd")
    model = ModelIdentity("mouse", "1", "0" * 64)
    record = Record("skull", "done", look_at(out / "skull.nrrd"), {}, model)
    write_record(record, out)
    return out


@pytest.fixture
def volume(scene, scan):
    return add_volume(scene, scan, "skull")


@pytest.fixture
def review(scene):
    made = ReviewPresenter(lambda: scene, lambda: [])
    yield made
    made.close()


@pytest.fixture
def opened(review, volume, results):
    review.open(volume, str(results), "Anna")
    return review


def drag(node, label, place):
    x, y, z = place
    node.SetNthControlPointPosition(index_of(node, label), -x, -y, z)
    node.InvokeEvent(node.PointEndInteractionEvent)


def shown_lists(scene):
    kind = "vtkMRMLMarkupsFiducialNode"
    nodes = [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]
    return [node.GetName() for node in nodes if node.GetDisplayVisibility()]


def held(results, name="skull.session.json"):
    return json.loads((results / name).read_text(encoding="utf-8"))


def moved(matrix, place):
    return matrix[:3, :3] @ place + matrix[:3, 3]


def test_a_review_that_is_opened_again_has_the_same_list(opened, volume, results, scene):
    node = opened.points.node
    drag(node, "b", (4.5, 2.0, 3.0))
    opened.close()
    opened.open(volume, str(results), "Anna")
    assert opened.points.node is node and shown_lists(scene) == ["skull landmarks"]
    assert np.allclose(point_of(node, "b"), (4.5, 2.0, 3.0))


def test_blind_digitising_shows_no_other_points(opened, volume, results, scene):
    opened.open(volume, str(results), "Anna", BLIND)
    assert shown_lists(scene) == ["skull landmarks, Anna, blind"]
    assert np.isnan(point_of(opened.points.node, "a")).all()
    opened.open(volume, str(results), "Ben", OBSERVER)
    assert shown_lists(scene) == ["skull landmarks, Ben"]


def test_the_list_of_the_specimen_before_is_hidden(opened, scan, results, scene):
    other = add_volume(scene, scan, "other")
    for ending in ("csv", "nrrd"):
        (results / f"other.{ending}").write_bytes((results / f"skull.{ending}").read_bytes())
    opened.open(other, str(results), "Anna")
    assert shown_lists(scene) == ["other landmarks"]


def test_a_volume_that_is_oriented_during_review_takes_its_points_along(opened, volume, results):
    poses.put_upright(volume, TURN)
    assert np.allclose(point_of(opened.points.node, "a"), moved(TURN, PLACES[0]))
    drag_to = moved(TURN, [4.0, 2.5, 3.0])
    from craniomark.mrml import put_point

    put_point(opened.points.node, "b", drag_to)
    opened.points.node.InvokeEvent(opened.points.node.PointEndInteractionEvent)
    assert held(results)["points"]["b"]["position"] == pytest.approx([4.0, 2.5, 3.0])


def test_the_points_stay_on_a_volume_that_is_hardened_and_undone(opened, volume, scene):
    poses.put_upright(volume, TURN)
    before = poses.before(volume, "Harden")
    poses.harden(volume)
    assert np.allclose(point_of(opened.points.node, "a"), moved(TURN, PLACES[0]))
    poses.undo(scene, before)
    assert np.allclose(point_of(opened.points.node, "a"), moved(TURN, PLACES[0]))
    volume.SetAndObserveTransformNodeID(None)
    assert np.allclose(point_of(opened.points.node, "a"), PLACES[0])


def test_a_volume_that_lies_elsewhere_than_its_scan_is_refused(opened, volume, results):
    poses.put_upright(volume, TURN)
    poses.harden(volume)
    opened.close()
    with pytest.raises(InputError, match=r"as after Harden: undo that in AutoOrient, or load .*skull\.nrrd"):
        opened.open(volume, str(results), "Anna")
    assert opened.session is None


def test_a_volume_of_other_dimensions_is_taken(review, results, scene):
    small = add_volume(scene, Volume(np.eye(10)[:, :, None] * np.ones(10), np.eye(4)), "cropped")
    small.SetAttribute(SPECIMEN, "skull")
    review.open(small, str(results))
    assert review.session.id == "skull"


def test_a_list_that_was_deleted_comes_back_where_it_is_needed(opened, scene):
    scene.RemoveNode(opened.points.node)
    drag_from = opened.session.points["b"].position
    assert opened.snap() > 0
    assert opened.points.node is not None and opened.session.points["b"].position != drag_from


def test_without_list_and_volume_a_point_cannot_be_placed(opened, scene, volume):
    scene.AddNewNodeByClass("vtkMRMLCrosshairNode")
    scene.RemoveNode(opened.points.node)
    scene.RemoveNode(volume)
    with pytest.raises(InputError, match="load it and open the review again"):
        opened.place()


def test_points_that_were_renamed_by_hand_are_still_known(opened):
    node = opened.points.node
    number = index_of(node, "b")
    node.SetNthControlPointLabel(number, "a")
    node.SetNthControlPointPosition(number, -4.5, -2.0, 3.0)
    node.InvokeEvent(node.PointEndInteractionEvent)
    assert opened.session.points["b"].position == (4.5, 2.0, 3.0)
    assert opened.session.points["a"].position == tuple(PLACES[0])
    assert np.allclose(point_of(node, "b"), (4.5, 2.0, 3.0))


def test_a_list_that_was_renamed_goes_on(opened, results):
    opened.points.node.SetName("mine")
    drag(opened.points.node, "b", (4.5, 2.0, 3.0))
    assert held(results)["points"]["b"]["position"] == [4.5, 2.0, 3.0]


def test_no_point_can_be_added_or_deleted_by_hand(opened):
    assert opened.points.node.GetFixedNumberOfControlPoints()


def test_who_types_a_name_later_signs_what_is_decided_from_then_on(review, volume, results):
    review.open(volume, str(results), "")
    review.who = lambda: "Ben"
    review.accept()
    assert held(results)["points"]["b"]["observer"] == "Ben" and held(results)["observer"] == "Ben"


def test_a_further_digitising_stays_that_of_who_began_it(review, volume, results):
    review.open(volume, str(results), "Anna", OBSERVER)
    review.who = lambda: "Ben"
    review.accept()
    (name,) = (path.name for path in results.glob("*.session-anna-1.json"))
    assert held(results, name)["points"]["b"]["observer"] == "Anna"


def test_a_name_that_no_file_can_hold_decides_nothing(opened):
    opened.who = lambda: "x" * 100
    with pytest.raises(InputError, match="shorten"):
        opened.accept()
    assert opened.session.points["b"].status == "predicted"


def test_a_review_that_is_closed_looks_at_its_volume_no_more(opened, volume, scene):
    opened.close()
    pose = add_linear(scene, TURN, "pose")
    volume.SetAndObserveTransformNodeID(pose.GetID())
    assert opened.session is None
