"""The controls of a review: notes, restoring, others' points, pictures, and scans that were touched."""

import json
import os
import re
import threading
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np
import pytest
from watching import drag, finished, message, place_of, points, rows, session, texts

import double


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def held(results, name="skull.session.json"):
    return json.loads((results / name).read_text())


def write_note(panel, text):
    panel.ui.noteLine.text = text
    panel.ui.noteLine.editingFinished.emit()


def as_ben(panel):
    """Go on as a second observer."""
    panel.ui.modeBox.setCurrentIndex(1)
    panel.ui.observerLine.text = "Ben"
    panel.ui.openButton.click()


def test_restore_puts_the_point_back_to_where_the_program_had_it(predicted, results):
    drag(predicted, "2", 2.5, 1.5, 1.0)
    drag(predicted, "2", 2.6, 1.5, 1.0)
    predicted.ui.restoreButton.click()
    assert np.allclose(place_of(predicted, "2"), [2, 1, 1])
    assert held(results)["points"]["2"]["status"] == "predicted"
    predicted.ui.undoButton.click()
    assert np.allclose(place_of(predicted, "2"), [2.6, 1.5, 1.0])


def test_a_note_is_kept_with_its_point_and_can_be_undone(predicted, results):
    write_note(predicted, "chipped")
    assert held(results)["points"]["2"]["note"] == "chipped" and rows(predicted)[0][3] == "predicted *"
    predicted.ui.nextButton.click()
    assert predicted.ui.noteLine.text == "" and session(predicted).current == "4"
    predicted.ui.previousButton.click()
    assert predicted.ui.noteLine.text == "chipped"
    predicted.ui.undoButton.click()
    assert predicted.ui.noteLine.text == "" and "note" not in held(results)["points"]["2"]


@pytest.mark.parametrize("leave", ["nextButton", "closeButton", "openButton", "acceptButton"])
def test_a_note_that_is_still_being_written_is_not_lost(predicted, results, leave):
    predicted.ui.noteLine.text = "cracked"  # buttons of macOS take no focus, so that nothing ends the editing
    getattr(predicted.ui, leave).click()
    assert held(results)["points"]["2"]["note"] == "cracked"
    assert "note" not in held(results)["points"]["4"]


def test_a_scene_that_is_closed_keeps_the_note(predicted, results, scene):
    predicted.ui.noteLine.text = "cracked"
    scene.Clear(0)
    assert held(results)["points"]["2"]["note"] == "cracked"


def test_a_note_that_is_too_long_is_told(predicted, results):
    write_note(predicted, "x" * 600)
    assert message(predicted)[0] == "fault" and "note" in message(predicted)[1]
    predicted.ui.nextButton.click()
    assert session(predicted).current == "4" and predicted.ui.noteLine.text == ""


@pytest.mark.usefixtures("pictures")
def test_the_picture_shows_where_the_landmark_lies(predicted):
    label = predicted.ui.pictureLabel

    def source():
        found = re.search('src="(.+?)"', label.text)
        return found.group(1) if found and not label.isHidden() else ""  # an address: folders have blanks

    assert double.settle(source, 120)
    first = source()
    assert first.startswith("file:///") and Path(url2pathname(urlsplit(first).path)).stat().st_size > 1000
    predicted.ui.nextButton.click()
    assert source() not in ("", first) and "Landmark 4" in predicted.ui.definitionLabel.text
    predicted.ui.closeButton.click()
    assert label.isHidden() and label.text == "" and predicted.ui.definitionLabel.isHidden()


def test_another_observer_s_points_are_laid_over_one_s_own(predicted, scene):
    drag(predicted, "2", 2.5, 1.0, 1.0)
    box = predicted.ui.othersBox
    assert not box.enabled and predicted.ui.reviewTable.isColumnHidden(4)
    as_ben(predicted)
    assert box.enabled and [box.itemText(n) for n in range(box.count)] == ["nobody", "Anna, round 1"]
    box.setCurrentIndex(1)
    box.activated.emit(1)
    node = scene.GetFirstNodeByName("skull by Anna, round 1")
    assert node is not None and not predicted.ui.reviewTable.isColumnHidden(4)
    told = {row[0]: row[4] for row in texts(predicted.ui.reviewTable, 5)}
    assert told == {"2": "0.50", "1": "0.00", "3": "0.00", "4": ""}
    drag(predicted, "2", 2.5, 1.3, 1.0)
    assert texts(predicted.ui.reviewTable, 5)[0][4] == "0.30"
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert predicted.ui.reviewTable.isColumnHidden(4) and not scene.IsNodePresent(node)


def test_a_comparison_that_can_not_be_shown_is_told(predicted, monkeypatch):
    from craniomark.ground.checks import InputError

    def broken(_row):
        raise InputError("Ben", "file", "unreadable", "ask Ben")

    monkeypatch.setattr(predicted.widget.desk.review, "compare", broken)
    predicted.ui.othersBox.activated.emit(0)
    assert message(predicted)[0] == "fault" and "file is unreadable: ask Ben" in message(predicted)[1]


def test_the_comparison_goes_with_the_review(predicted, scene):
    predicted.ui.acceptButton.click()
    as_ben(predicted)
    predicted.ui.othersBox.activated.emit(1)
    assert predicted.ui.othersBox.currentIndex == 1
    predicted.ui.closeButton.click()
    assert scene.GetFirstNodeByName("skull by Anna, round 1") is None
    assert not predicted.ui.othersBox.enabled and predicted.ui.othersBox.count == 1


def test_a_scan_that_was_touched_is_compared_by_a_thread(predicted, results, monkeypatch):
    from craniomark.desktop import landmark_desk

    threads, identified = [], landmark_desk.identified
    monkeypatch.setattr(
        landmark_desk, "identified", lambda path: threads.append(threading.get_ident()) or identified(path)
    )
    predicted.ui.closeButton.click()
    os.utime(results / "skull.nrrd", ns=(1, 1))
    predicted.ui.openButton.click()
    assert session(predicted) is None and not predicted.ui.predictButton.enabled
    assert "Reading skull" in predicted.ui.statusLabel.text
    assert finished(predicted) and session(predicted).current == "2"
    assert threads and threads[0] != threading.get_ident()
    predicted.ui.acceptButton.click()
    predicted.ui.closeButton.click()
    predicted.ui.openButton.click()
    assert session(predicted) is not None, "it is known now, and not read again"


def test_another_scan_in_its_place_is_refused(predicted, results):
    predicted.ui.closeButton.click()
    path = results / "skull.nrrd"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    os.utime(path, ns=(1, 1))
    predicted.ui.openButton.click()
    assert finished(predicted) and session(predicted) is None
    assert message(predicted)[0] == "fault" and "scan that the points were placed in" in message(predicted)[1]


def test_landmarks_without_a_record_take_the_file_of_the_volume(predicted, results, slicer, scene):
    predicted.ui.closeButton.click()
    (results / "other.csv").write_bytes((results / "skull.csv").read_bytes())
    path = results.parent / "other.nrrd"
    assert slicer.util.saveNode(predicted.ui.inputSelector.currentNode(), str(path))
    volume = slicer.util.loadVolume(str(path))
    double.vtk_errors[:] = [one for one in double.vtk_errors if "invalid Colors module logic" not in one]
    predicted.ui.inputSelector.pick(volume)
    predicted.ui.openButton.click()
    assert finished(predicted) and session(predicted).id == "other" and session(predicted).scan == path


def test_a_volume_deleted_while_its_file_is_read(predicted, results, scene, volume):
    predicted.ui.closeButton.click()
    os.utime(results / "skull.nrrd", ns=(1, 1))
    predicted.ui.openButton.click()
    scene.RemoveNode(volume)
    assert finished(predicted) and session(predicted) is None
    assert message(predicted)[0] == "fault" and "choose a volume" in message(predicted)[1]


def test_a_read_only_folder_keeps_the_review_elsewhere(predicted, results, monkeypatch, tmp_path):
    from craniomark.flows.review import places, store

    predicted.ui.closeButton.click()
    (results / "skull.session.json").unlink(missing_ok=True)
    monkeypatch.setattr(store, "is_writable", lambda folder: folder != results and places.is_writable(folder))
    monkeypatch.setattr(store, "user_place", lambda folder: tmp_path / "own")
    predicted.ui.openButton.click()
    predicted.ui.acceptButton.click()
    assert held(tmp_path / "own")["points"]["2"]["status"] == "accepted"
    predicted.ui.closeButton.click()
    predicted.ui.openButton.click()
    assert session(predicted).points["2"].status == "accepted" and points(predicted) is not None
