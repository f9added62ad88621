"""Whose name stands beside a point, and what a user does to the scene in the middle of a review."""

import json

import numpy as np
from craniomark.desktop.panel import remembered
from watching import drag, finished, message, place_of, points, session


def held(tmp_path, name="skull.session.json"):
    return json.loads((tmp_path / "results" / name).read_text(encoding="utf-8"))


def test_a_name_that_is_typed_after_the_prediction_signs_what_follows(predicted, tmp_path):
    predicted.ui.acceptButton.click()
    predicted.ui.observerLine.text = "Ben"
    predicted.ui.missingButton.click()
    told = held(tmp_path)
    assert (told["points"]["2"]["observer"], told["points"]["4"]["observer"]) == ("Anna", "Ben")
    assert remembered("Landmark/Observer") == "Ben"


def test_a_name_that_is_typed_for_the_next_digitising_leaves_the_review_alone(predicted, tmp_path):
    predicted.ui.acceptButton.click()
    predicted.ui.observerLine.text = "Ben"
    predicted.ui.modeBox.setCurrentIndex(2)
    predicted.ui.openButton.click()
    assert session(predicted).observer == "Ben" and held(tmp_path)["observer"] == "Anna"


def test_a_volume_that_is_flipped_in_the_middle_takes_its_points_along(predicted, volume, tmp_path):
    from craniomark.desktop import poses

    before = place_of(predicted, "2")
    wanted = before + np.array([0.0, 0.5, 0.0])
    poses.flip(volume)
    node = points(predicted)
    assert node.GetTransformNodeID() == volume.GetTransformNodeID() != ""
    drag(predicted, "2", *wanted)  # in the frame of the list
    assert np.allclose(held(tmp_path)["points"]["2"]["position"], wanted)


def test_a_list_that_is_deleted_does_not_stop_the_keys(predicted, scene):
    drag(predicted, "2", 2.4, 1.0, 1.0)
    scene.RemoveNode(points(predicted))
    predicted.ui.snapButton.click()
    assert message(predicted)[0] == "note" and points(predicted) is not None


def test_a_scan_that_slicer_cannot_load_by_itself_is_told(panel, tmp_path):
    from types import SimpleNamespace

    folder = tmp_path / "slices"
    folder.mkdir()
    entry = SimpleNamespace(id="skull", scan=folder)
    panel.widget.desk.background.do("Looking", lambda: entry, panel.widget.onSpecimen)
    assert finished(panel)
    assert message(panel)[0] == "fault" and "load it by hand, call the volume skull" in message(panel)[1]
