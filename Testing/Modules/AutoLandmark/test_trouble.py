"""AutoLandmark when things go wrong: a sentence in the panel, nothing lost, nothing frozen."""

import errno
import json
import os
import signal

import pytest
from watching import WAIT, at_work, finished, message, points, rows, session, use

import double
from fairness import fairly


@pytest.fixture
def chosen(panel, volume):
    panel.ui.inputSelector.pick(volume)
    return volume


def test_cancel_leaves_nothing_behind(panel, chosen, tmp_path):
    use(panel, tmp_path, "slow")
    panel.ui.predictButton.click()
    assert at_work(panel) and panel.ui.statusLabel.text.startswith("skull")
    panel.ui.cancelButton.click()
    assert finished(panel) and message(panel) == ("note", "Stopped; nothing was changed.")
    assert list((tmp_path / "results").iterdir()) == [] and panel.ui.predictButton.enabled


def test_a_volume_deleted_while_it_is_predicted(panel, chosen, tmp_path, scene):
    use(panel, tmp_path, "slow")
    panel.ui.predictButton.click()
    assert at_work(panel)
    scene.RemoveNode(chosen)
    assert finished(panel)
    assert message(panel)[0] == "fault" and "deleted while it was worked on" in message(panel)[1]


def test_a_scene_closed_while_it_is_predicted(panel, chosen, tmp_path, scene):
    use(panel, tmp_path, "slow")
    panel.ui.predictButton.click()
    assert at_work(panel)
    scene.Clear(0)
    assert finished(panel) and not panel.ui.predictButton.enabled
    assert panel.widget._parameters is not None


def test_a_scene_closed_in_the_middle_of_a_review(predicted, scene, tmp_path):
    predicted.ui.acceptButton.click()
    scene.Clear(0)
    assert session(predicted) is None and rows(predicted) == []
    held = json.loads((tmp_path / "results" / "skull.session.json").read_text())
    assert held["points"]["2"]["status"] == "accepted"
    assert not (tmp_path / "results" / ".skull.session.json.lock").exists()


def test_a_review_closed_while_it_is_refined(predicted, tmp_path):
    use(predicted, tmp_path, "slow")
    predicted.ui.refineButton.click()
    assert double.settle(lambda: predicted.widget.desk.refine._work.job.begun, WAIT)
    predicted.ui.closeButton.click()
    assert finished(predicted)
    assert message(predicted)[0] == "fault" and "was closed while it was refined" in message(predicted)[1]


def test_a_volume_deleted_while_it_is_reviewed(predicted, volume, scene):
    scene.RemoveNode(volume)
    predicted.ui.snapButton.click()
    assert message(predicted)[0] == "fault" and "deleted" in message(predicted)[1]
    predicted.ui.acceptButton.click()
    assert session(predicted).points["2"].status == "accepted"


def test_a_point_list_that_is_deleted_is_shown_again(predicted, scene):
    scene.RemoveNode(points(predicted))
    predicted.ui.nextButton.click()
    assert points(predicted).GetNumberOfControlPoints() == 4


def test_a_child_that_is_killed_is_told_and_replaced(panel, chosen, tmp_path):
    from craniomark.desktop import shared

    use(panel, tmp_path, "slow")
    panel.ui.predictButton.click()
    assert at_work(panel)
    os.kill(shared.board().pid, signal.SIGKILL)
    assert finished(panel)
    assert message(panel)[0] == "fault" and "ended unexpectedly" in message(panel)[1]
    panel.widget._parameters.model = ""
    panel.ui.predictButton.click()
    assert finished(panel) and session(panel) is not None


def test_a_crash_shows_the_last_lines(panel, chosen, tmp_path):
    use(panel, tmp_path, "crash")
    panel.ui.predictButton.click()
    assert finished(panel)
    assert "exit code 7" in message(panel)[1] and "the last words" in panel.ui.messageLabel.text


def test_a_scan_without_a_skull_is_named_by_its_name(panel, chosen, tmp_path):
    use(panel, tmp_path, "none")
    panel.ui.predictButton.click()
    assert finished(panel)
    assert message(panel)[0] == "fault" and message(panel)[1].startswith("skull: skull is not found")


def test_torch_that_is_missing_in_the_child(panel, chosen, tmp_path):
    use(panel, tmp_path, "missing")
    panel.ui.predictButton.click()
    assert finished(panel)
    assert message(panel)[0] == "fault" and "torch" in message(panel)[1]


def test_packages_that_can_not_be_installed(panel, chosen):
    double.calls.results["pip_check"] = False
    double.calls.results["pip_ensure"] = RuntimeError("no network\ncould not reach the index")
    panel.ui.predictButton.click()
    assert message(panel)[0] == "fault" and "could not reach the index" in message(panel)[1]
    assert panel.ui.predictButton.enabled


def test_a_model_folder_that_is_gone(panel, chosen, tmp_path):
    panel.widget._parameters.model = str(tmp_path / "gone")
    panel.ui.predictButton.click()
    assert message(panel)[0] == "fault" and "choose another model" in message(panel)[1]


def test_a_doubtful_pose_is_told(panel, chosen, tmp_path):
    use(panel, tmp_path, "doubtful")
    panel.ui.predictButton.click()
    assert finished(panel) and "The pose is doubtful" in message(panel)[1]


def test_results_that_can_not_be_written(panel, chosen, tmp_path):
    (tmp_path / "file").write_text("")
    panel.ui.resultsLine.currentPath = str(tmp_path / "file")
    panel.ui.predictButton.click()
    assert message(panel)[0] == "fault" and "choose one that you may write to" in message(panel)[1]


def test_no_results_folder_and_an_unpredicted_volume(panel, chosen):
    panel.ui.openButton.click()
    assert message(panel)[0] == "fault" and "predict its landmarks first" in message(panel)[1]
    panel.ui.resultsLine.currentPath = ""
    panel.ui.predictButton.click()
    assert message(panel)[0] == "fault" and "choose where results are kept" in message(panel)[1]


def test_a_disk_that_is_full_while_saving_loses_nothing(predicted, monkeypatch):
    from craniomark.ground.checks import InputError

    store, write = session(predicted)._store, session(predicted)._store.write

    def full(_text):
        raise InputError("session", "disk", os.strerror(errno.ENOSPC), "make room")

    monkeypatch.setattr(store, "write", full)
    predicted.ui.missingButton.click()
    assert message(predicted)[0] == "fault" and "make room" in message(predicted)[1]
    assert session(predicted).points["2"].status == "missing"
    monkeypatch.setattr(store, "write", write)
    predicted.ui.undoButton.click()
    assert not session(predicted).unsaved and message(predicted) == ("note", "All is saved again.")


def test_a_review_that_somebody_else_has_open_can_be_looked_at(predicted, volume):
    from craniomark.desktop.reviewing import ReviewPresenter

    predicted.ui.closeButton.click()
    other = ReviewPresenter(lambda: __import__("slicer").mrmlScene, lambda: [])
    other.open(volume, predicted.ui.resultsLine.currentPath, "Ben")
    predicted.ui.openButton.click()
    assert message(predicted)[0] == "doubt" and "only be looked at" in message(predicted)[1]
    assert not predicted.ui.acceptButton.enabled and predicted.ui.nextButton.enabled
    predicted.ui.nextButton.click()
    other.close()


def test_the_module_is_reloaded_in_the_middle(panel, chosen, tmp_path):
    import slicer

    use(panel, tmp_path, "slow")
    panel.ui.predictButton.click()
    assert at_work(panel)
    slicer.util.reloadScriptedModule("AutoLandmark")
    assert double.settle(lambda: not panel.widget.desk.busy, WAIT)


def test_the_windows_go_on_while_the_child_works(panel, chosen, tmp_path):
    use(panel, tmp_path, "slow")

    def predict():
        panel.ui.predictButton.click()
        with double.gaps() as gaps:
            assert at_work(panel)
            assert double.settle(lambda: panel.ui.progressBar.value > 100, 60)
        panel.ui.cancelButton.click()
        assert finished(panel)
        return gaps

    fairly(predict)


def test_a_panel_without_its_library_says_so(opened, monkeypatch):
    import sys

    from watching import MODULE

    monkeypatch.setitem(sys.modules, "craniomark.desktop.train_panel", None)
    widget = opened(MODULE).widget
    (label,) = [one for one in widget.panel.findChildren("QLabel") if one.name == "messageLabel"]
    assert "Install the extension CranioMark again" in label.text and not label.isHidden()
