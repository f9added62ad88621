"""A folder of scans: its table, pause, refusals, and the way from a line to the review."""

import os
import signal

import pytest
from watching import WAIT, finished, message, scans, session, use

import double
from fairness import fairly


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


@pytest.fixture
def folder(panel, slicer, tmp_path, volume):
    """The panel with a folder of two scans and one that holds no skull."""
    given = tmp_path / "scans"
    given.mkdir()
    for name in ("a", "b", "empty"):
        assert slicer.util.saveNode(volume, str(given / f"{name}.nrrd"))
    panel.ui.folderLine.currentPath = str(given)
    return panel


def states(panel):
    return {row[0]: row[1] for row in scans(panel)}


def at_work(panel):
    return double.settle(lambda: "at work" in states(panel).values(), WAIT)


def forget_colours():
    """The double has no module Colors, which the real logic of volumes asks for."""
    double.vtk_errors[:] = [one for one in double.vtk_errors if "invalid Colors module logic" not in one]


def test_each_scan_has_a_line_that_follows_it(folder, tmp_path):
    assert folder.ui.folderTable.isHidden() and not folder.ui.pauseButton.enabled
    use(folder, tmp_path, "brief")
    folder.ui.folderButton.click()
    assert not folder.ui.pauseButton.enabled and "Looking for scans in" in folder.ui.statusLabel.text
    assert at_work(folder) and not folder.ui.folderTable.isHidden()
    assert states(folder) == {"a": "at work", "b": "waits", "empty": "waits"}
    assert finished(folder)
    assert states(folder) == {"a": "done", "b": "done", "empty": "refused"}
    assert double.settle(lambda: scans(folder)[0][2] == "1 doubtful", 60)
    assert scans(folder)[2][2].startswith("skull is not found")
    assert message(folder)[0] == "doubt" and "2 done, 1 refused" in message(folder)[1]


def test_pause_lets_other_scans_come_between_and_go_on_keeps_what_is_done(folder, volume, results, tmp_path):
    use(folder, tmp_path, "brief")
    folder.ui.folderButton.click()
    assert double.settle(lambda: states(folder).get("b") == "at work", WAIT)
    folder.ui.pauseButton.click()
    assert double.settle(lambda: folder.widget.desk.folder.paused, WAIT)
    assert folder.ui.pauseButton.text == "Go on" and not folder.ui.folderButton.enabled
    assert "Paused: 1 of 3" in folder.ui.statusLabel.text and not (results / "b.csv").exists()
    folder.ui.inputSelector.pick(volume)
    folder.ui.predictButton.click()
    assert finished(folder) and session(folder).id == "skull"
    folder.ui.pauseButton.click()
    assert folder.ui.pauseButton.text == "Pause" and finished(folder)
    assert states(folder) == {"a": "done", "b": "done", "empty": "refused"}


def test_a_paused_folder_can_be_stopped_and_gone_on_with_later(folder, tmp_path):
    use(folder, tmp_path, "brief")
    folder.ui.folderButton.click()
    assert double.settle(lambda: states(folder).get("b") == "at work", WAIT)
    folder.ui.pauseButton.click()
    assert double.settle(lambda: folder.widget.desk.folder.paused, WAIT)
    assert not folder.ui.cancelButton.isHidden()
    folder.ui.cancelButton.click()
    assert (
        double.settle(lambda: message(folder)[0] == "note", WAIT) and "goes on after it" in message(folder)[1]
    )
    assert states(folder)["b"] == "left" and folder.ui.cancelButton.isHidden()
    folder.ui.folderButton.click()
    assert finished(folder) and states(folder)["a"] == "kept from before" and states(folder)["b"] == "done"


def test_a_double_click_opens_the_review_and_loads_each_scan_once(folder, scene, slicer):
    layers = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
    folder.ui.folderButton.click()
    assert finished(folder)
    for line, name in ((1, "b"), (0, "a"), (1, "b")):
        folder.ui.folderTable.cellDoubleClicked.emit(line, 0)
        assert finished(folder) and session(folder).id == name
        forget_colours()
        loaded = folder.widget.desk.review.volume.GetID()
        assert double.settle(lambda id_=loaded: layers.GetBackgroundVolumeID() == id_, 60)
    assert scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == 3, "the first one, and a and b once"


def test_a_scan_that_was_refused_can_not_be_reviewed(folder):
    folder.ui.folderButton.click()
    assert finished(folder)
    folder.ui.folderTable.cellDoubleClicked.emit(2, 0)
    assert finished(folder) and session(folder) is None and message(folder)[0] == "fault"


def test_a_line_that_can_not_be_followed_is_told(folder, monkeypatch):
    from craniomark.ground.checks import InputError

    def broken(*_arguments):
        raise InputError("Ben", "file", "unreadable", "ask Ben")

    folder.ui.folderButton.click()
    assert finished(folder)
    monkeypatch.setattr(folder.widget.desk.background, "do", broken)
    folder.ui.folderTable.cellDoubleClicked.emit(0, 0)
    assert message(folder)[0] == "fault" and "file is unreadable: ask Ben" in message(folder)[1]


def test_a_scan_that_is_gone_is_named(folder, tmp_path):
    folder.ui.folderButton.click()
    assert finished(folder)
    (tmp_path / "scans" / "a.nrrd").unlink()
    folder.ui.folderTable.cellDoubleClicked.emit(0, 0)
    assert finished(folder)
    assert message(folder)[0] == "fault" and "not where it was" in message(folder)[1]


def test_a_scene_that_is_closed_does_not_stop_a_folder(folder, tmp_path, scene):
    use(folder, tmp_path, "brief")
    folder.ui.folderButton.click()
    assert at_work(folder)
    scene.Clear(0)
    assert finished(folder) and states(folder)["b"] == "done"


def test_a_child_that_is_killed_leaves_what_is_done(folder, tmp_path):
    from craniomark.desktop import shared

    use(folder, tmp_path, "brief")
    folder.ui.folderButton.click()
    assert double.settle(lambda: states(folder).get("b") == "at work", WAIT)
    os.kill(shared.board().pid, signal.SIGKILL)
    assert finished(folder)
    assert message(folder)[0] == "fault" and "ended unexpectedly" in message(folder)[1]
    assert states(folder) == {"a": "done", "b": "left", "empty": "left"}
    folder.ui.folderButton.click()
    assert finished(folder) and states(folder)["a"] == "kept from before"


@pytest.mark.parametrize(
    ("what", "words"), [("nothing in it", "scans"), ("a file as results", "choose one that you may write to")]
)
def test_folders_that_can_not_be_used(folder, tmp_path, what, words):
    (tmp_path / "none").mkdir()
    (tmp_path / "file").write_text("")
    if what == "nothing in it":
        folder.ui.folderLine.currentPath = str(tmp_path / "none")
    else:
        folder.ui.resultsLine.currentPath = str(tmp_path / "file")
    folder.ui.folderButton.click()
    assert finished(folder) and message(folder)[0] == "fault" and words in message(folder)[1]


def test_a_search_for_scans_can_be_stopped(folder):
    folder.ui.folderButton.click()
    folder.ui.cancelButton.click()
    assert finished(folder) and message(folder)[0] == "note" and "Stopped" in message(folder)[1]
    assert not scans(folder) and folder.ui.folderButton.enabled


def test_the_windows_go_on_while_thousands_of_scans_are_listed(panel, many, tmp_path):
    use(panel, tmp_path, "slow")
    panel.ui.folderLine.currentPath = str(many[0].parent)

    def listed():
        with double.gaps() as gaps:
            panel.ui.folderButton.click()
            assert double.settle(lambda: len(panel.widget.desk.folder.rows) == len(many), WAIT)
            assert double.settle(lambda: panel.ui.progressBar.value > 20, WAIT)
        panel.ui.cancelButton.click()
        assert finished(panel)
        return gaps

    fairly(listed)
    last = lambda: panel.ui.folderTable.item(len(many) - 1, 1)  # noqa: E731
    assert double.settle(lambda: last() is not None and last().text() == "left", WAIT)
    assert states(panel) == {one.name.removesuffix(".nrrd"): "left" for one in many}


def test_next_specimen_without_results(panel):
    panel.ui.specimenButton.click()
    assert finished(panel) and message(panel)[0] == "fault"


def test_the_folder_is_remembered(folder, tmp_path):
    import slicer

    folder.ui.folderButton.click()
    assert finished(folder)
    slicer.util.reloadScriptedModule("AutoLandmark")
    assert slicer.modules.autolandmark.widgetRepresentation().self().ui.folderLine.currentPath == str(
        tmp_path / "scans"
    )
