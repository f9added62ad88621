"""AutoLandmark when refining, a folder or a whole session is broken off: nothing lost, nothing frozen."""

import json
import os
import signal

import numpy as np
import pytest
from watching import WAIT, at_work, drag, finished, message, place_of, rows, session, use

import double


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


@pytest.fixture
def chosen(panel, volume):
    panel.ui.inputSelector.pick(volume)
    return volume


def refining(panel):
    work = panel.widget.desk.refine._work
    return work is not None and work.job is not None and work.job.begun


def test_a_child_that_is_killed_while_it_refines_moves_nothing(predicted, tmp_path):
    from craniomark.desktop import shared

    use(predicted, tmp_path, "slow")
    before = place_of(predicted, "2")
    predicted.ui.refineButton.click()
    assert double.settle(lambda: refining(predicted), WAIT)
    os.kill(shared.board().pid, signal.SIGKILL)
    assert finished(predicted)
    assert message(predicted)[0] == "fault" and "ended unexpectedly" in message(predicted)[1]
    assert np.allclose(place_of(predicted, "2"), before)


def test_a_refinement_is_stopped_by_cancel(predicted, tmp_path):
    use(predicted, tmp_path, "slow")
    predicted.ui.refineButton.click()
    assert double.settle(lambda: refining(predicted), WAIT) and not predicted.ui.refineButton.enabled
    predicted.ui.cancelButton.click()
    assert finished(predicted) and message(predicted) == ("note", "Stopped; no point was moved.")


def test_points_can_be_moved_while_others_are_refined(predicted, tmp_path):
    use(predicted, tmp_path, "brief")
    predicted.widget.desk.review.go("3")
    predicted.ui.refineButton.click()
    assert double.settle(lambda: refining(predicted), WAIT)
    drag(predicted, "3", 1.5, 2.0, 1.0)
    assert finished(predicted)
    assert np.allclose(place_of(predicted, "3"), [1.5, 2, 1]), "only what was asked for is refined"


def test_the_scene_is_closed_and_another_one_opened_in_the_middle(predicted, results, scene, slicer):
    drag(predicted, "2", 2.5, 1.0, 1.0)
    path = str(results / "skull.nrrd")
    scene.Clear(0)
    assert session(predicted) is None and rows(predicted) == [] and not predicted.ui.predictButton.enabled
    volume = slicer.util.loadVolume(path)
    double.vtk_errors[:] = [one for one in double.vtk_errors if "invalid Colors module logic" not in one]
    predicted.ui.inputSelector.pick(volume)
    predicted.ui.openButton.click()
    assert session(predicted).points["2"].position == (2.5, 1.0, 1.0)
    assert np.allclose(place_of(predicted, "2"), [2.5, 1, 1])


def test_a_module_that_is_reloaded_saves_its_review_and_lets_it_go(predicted, results, slicer):
    drag(predicted, "2", 2.5, 1.0, 1.0)
    predicted.ui.noteLine.text = "cracked"
    slicer.util.reloadScriptedModule("AutoLandmark")
    told = json.loads((results / "skull.session.json").read_text())
    assert told["points"]["2"]["position"] == [2.5, 1.0, 1.0] and told["points"]["2"]["note"] == "cracked"
    assert not (results / ".skull.session.json.lock").exists()
    fresh = slicer.modules.autolandmark.widgetRepresentation().self()
    fresh.ui.resultsLine.currentPath = str(results)
    fresh.ui.openButton.click()
    assert fresh.desk.review.session.points["2"].position == (2.5, 1.0, 1.0)


def test_another_module_is_looked_at_while_the_child_works(panel, chosen, tmp_path, slicer):
    use(panel, tmp_path, "brief")
    panel.ui.predictButton.click()
    assert at_work(panel)
    slicer.app.moduleManager().selectModule("")
    assert finished(panel) and session(panel) is not None
    slicer.app.moduleManager().selectModule("AutoLandmark")
    assert panel.ui.inputSelector.currentNode() is chosen and rows(panel)


@pytest.mark.parametrize("button", ["predictButton", "refineButton", "folderButton"])
def test_no_network_while_packages_are_installed(predicted, button, tmp_path):
    from craniomark.desktop.requirements import forget

    double.calls.results["pip_check"] = False
    double.calls.results["pip_ensure"] = RuntimeError("no network\ncould not reach the index")
    forget()
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "a.nrrd").write_bytes((tmp_path / "results" / "skull.nrrd").read_bytes())
    predicted.ui.folderLine.currentPath = str(tmp_path / "scans")
    getattr(predicted.ui, button).click()
    assert message(predicted)[0] == "fault" and "could not reach the index" in message(predicted)[1]
    assert not predicted.widget.desk.busy and getattr(predicted.ui, button).enabled


def test_slicer_without_the_extension_that_brings_torch(panel, chosen, monkeypatch):
    import sys

    double.calls.results["pip_check"] = False
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    panel.ui.predictButton.click()
    assert message(panel)[0] == "fault" and "install the extension PyTorch" in message(panel)[1]


def test_a_disk_that_is_full_while_the_scan_is_handed_over(panel, chosen, monkeypatch, results):
    from craniomark.desktop import handover

    def full(*_arguments):
        raise OSError(28, "No space left on device", "skull.nrrd")

    monkeypatch.setattr(handover, "write_raw_nrrd", full)
    panel.ui.predictButton.click()
    assert finished(panel)
    assert message(panel)[0] == "fault" and "make room" in message(panel)[1]
    assert list(results.iterdir()) == [] and panel.ui.predictButton.enabled


@pytest.mark.parametrize("act", ["acceptButton", "missingButton", "undoButton", "restoreButton", "drag"])
def test_a_disk_that_is_full_keeps_every_kind_of_change(predicted, monkeypatch, act):
    from craniomark.ground.checks import InputError

    drag(predicted, "2", 2.2, 1.0, 1.0)
    store, write = session(predicted)._store, session(predicted)._store.write

    def full(_text):
        raise InputError("session", "disk", os.strerror(28), "make room")

    monkeypatch.setattr(store, "write", full)
    before = session(predicted).points["2"]
    if act == "drag":
        drag(predicted, "2", 2.5, 1.0, 1.0)
    else:
        if act == "acceptButton":
            predicted.widget.desk.review.go("1")
        getattr(predicted.ui, act).click()
    assert message(predicted)[0] == "fault" and "make room" in message(predicted)[1]
    changed = session(predicted).points["1"].reviewed if act == "acceptButton" else None
    assert changed or session(predicted).points["2"] != before
    monkeypatch.setattr(store, "write", write)
    predicted.ui.closeButton.click()
    predicted.ui.openButton.click()
    assert not session(predicted).unsaved
