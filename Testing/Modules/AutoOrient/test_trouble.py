"""AutoOrient when things go wrong: a sentence in the panel, nothing lost, nothing frozen."""

import os
import signal

import numpy as np
import pytest
from looking import WAIT, finished, message, poses_in, world

import double


@pytest.fixture
def chosen(panel, volume):
    panel.ui.inputSelector.pick(volume)
    return volume


def use(panel, tmp_path, what):
    """Let the child do something odd."""
    folder = tmp_path / what
    folder.mkdir()
    panel.widget._parameters.model = str(folder)


def at_work(panel):
    """Whether the child is at the job; waits for it."""
    poses = panel.widget.desk.poses

    def begun():
        return poses._work is not None and poses._work.job is not None and poses._work.job.begun

    return double.settle(begun, WAIT)


def test_cancel_leaves_the_volume_as_it_was(panel, chosen, tmp_path):
    before = world(chosen)
    use(panel, tmp_path, "slow")
    panel.ui.orientButton.click()
    assert at_work(panel) and panel.ui.statusLabel.text.startswith("scan")
    panel.ui.cancelButton.click()
    assert finished(panel)
    assert message(panel) == ("note", "Stopped; the volume is as it was.")
    assert np.array_equal(world(chosen), before) and panel.ui.orientButton.enabled


def test_a_volume_deleted_while_it_is_oriented(panel, chosen, tmp_path, scene):
    use(panel, tmp_path, "slow")
    panel.ui.orientButton.click()
    assert at_work(panel)
    scene.RemoveNode(chosen)
    assert finished(panel)
    kind, text = message(panel)
    assert kind == "fault" and "scan" in text and "deleted while it was worked on" in text
    assert len(poses_in(scene)) == 0


def test_a_scene_closed_while_it_is_oriented(panel, chosen, tmp_path, scene):
    use(panel, tmp_path, "slow")
    panel.ui.orientButton.click()
    assert at_work(panel)
    scene.Clear(0)
    assert finished(panel)
    assert not panel.ui.orientButton.enabled and not panel.ui.undoButton.enabled
    assert panel.widget._parameters is not None


def test_a_volume_that_changes_while_it_is_oriented_is_refused(panel, chosen):
    panel.ui.orientButton.click()
    chosen.SetSpacing(2, 2, 2)
    assert finished(panel)
    assert message(panel)[0] == "fault" and "not what it was" in message(panel)[1]
    assert chosen.GetParentTransformNode() is None


def test_a_child_that_is_killed_is_told_and_replaced(panel, chosen, tmp_path):
    from craniomark.desktop import shared

    use(panel, tmp_path, "slow")
    panel.ui.orientButton.click()
    assert at_work(panel)
    os.kill(shared.board().pid, signal.SIGKILL)
    assert finished(panel)
    assert message(panel)[0] == "fault" and "ended unexpectedly" in message(panel)[1]
    panel.widget._parameters.model = ""
    panel.ui.orientButton.click()
    assert finished(panel) and message(panel)[0] == "note"


def test_a_crash_shows_the_last_lines(panel, chosen, tmp_path):
    use(panel, tmp_path, "crash")
    panel.ui.orientButton.click()
    assert finished(panel)
    assert "exit code 7" in message(panel)[1] and "the last words" in panel.ui.messageLabel.text


def test_a_scan_without_a_skull_is_named_by_its_name(panel, chosen, tmp_path):
    use(panel, tmp_path, "none")
    panel.ui.orientButton.click()
    assert finished(panel)
    kind, text = message(panel)
    assert kind == "fault" and text.startswith("scan: skull is not found") and ".nrrd" not in text


def test_a_doubtful_pose_is_told_as_such(panel, chosen, tmp_path):
    use(panel, tmp_path, "doubtful")
    panel.ui.orientButton.click()
    assert finished(panel)
    assert message(panel)[0] == "doubt" and "correct it by hand" in message(panel)[1]


def test_a_model_folder_that_is_gone(panel, chosen, tmp_path):
    panel.widget._parameters.model = str(tmp_path / "gone")
    panel.ui.orientButton.click()
    assert message(panel)[0] == "fault" and "choose another model" in message(panel)[1]
    assert panel.ui.orientButton.enabled


def test_packages_that_can_not_be_installed(panel, chosen):
    double.calls.results["pip_check"] = False
    double.calls.results["pip_ensure"] = RuntimeError("no network\ncould not reach the index")
    panel.ui.orientButton.click()
    kind, text = message(panel)
    assert kind == "fault" and "could not reach the index" in text and "internet" in text
    assert double.calls.of("PyTorchUtilsLogic.installTorch")[0]["askConfirmation"] is True
    (asked,) = double.calls.of("pip_ensure")
    assert "torch" in asked["skip_packages"] and all(one.name != "torch" for one in asked["requirements"])


def test_nothing_is_installed_before_a_button_is_pressed(panel, chosen):
    assert not double.calls.of("pip_check") and not double.calls.of("pip_ensure")


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="may write all"
)
def test_a_read_only_folder(panel, tmp_path, make_volume, slicer):
    scans, out = tmp_path / "scans", tmp_path / "out"
    scans.mkdir()
    out.mkdir(mode=0o500)
    slicer.util.saveNode(make_volume("a"), str(scans / "a.nrrd"))
    panel.ui.folderLine.currentPath, panel.ui.outLine.currentPath = str(scans), str(out)
    panel.ui.folderButton.click()
    assert message(panel)[0] == "fault" and "read-only" in message(panel)[1]


def test_an_output_folder_that_is_a_file(panel, tmp_path, make_volume, slicer):
    scans = tmp_path / "scans"
    scans.mkdir()
    slicer.util.saveNode(make_volume("a"), str(scans / "a.nrrd"))
    (tmp_path / "file").write_text("")
    panel.ui.folderLine.currentPath, panel.ui.outLine.currentPath = str(scans), str(tmp_path / "file")
    panel.ui.folderButton.click()
    assert message(panel)[0] == "fault" and "choose one that you may write to" in message(panel)[1]


def test_undo_after_the_volume_is_gone(panel, chosen, scene, make_volume):
    panel.ui.flipButton.click()
    scene.RemoveNode(chosen)
    other = make_volume("other")
    panel.ui.inputSelector.pick(other)
    panel.ui.undoButton.click()
    assert message(panel)[0] == "fault" and "not in the scene any more" in message(panel)[1]
    assert not panel.ui.undoButton.enabled


def test_the_module_is_reloaded_in_the_middle(panel, chosen, tmp_path):
    import slicer

    use(panel, tmp_path, "slow")
    panel.ui.orientButton.click()
    assert at_work(panel)
    slicer.util.reloadScriptedModule("AutoOrient")
    assert double.settle(lambda: not panel.widget.desk.busy, WAIT)
    assert chosen.GetParentTransformNode() is None


def test_the_windows_go_on_while_the_child_works(panel, chosen, tmp_path):
    use(panel, tmp_path, "slow")
    panel.ui.orientButton.click()
    with double.gaps() as gaps:
        assert at_work(panel)
        double.settle(lambda: panel.ui.progressBar.value > 400, 120)
    panel.ui.cancelButton.click()
    assert finished(panel)
    assert gaps.ticks > 10 and gaps.worst_ms <= 100, gaps.stack


def test_a_panel_without_its_library_says_so(opened, monkeypatch):
    import sys

    from looking import MODULE

    monkeypatch.setitem(sys.modules, "craniomark.desktop.train_panel", None)
    widget = opened(MODULE).widget
    (label,) = [one for one in widget.panel.findChildren("QLabel") if one.name == "messageLabel"]
    assert "Install the extension CranioMark again" in label.text and not label.isHidden()
