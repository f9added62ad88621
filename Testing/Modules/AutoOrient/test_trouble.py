"""AutoOrient when things go wrong: a sentence in the panel, nothing lost, nothing frozen."""

import os
import signal
import threading

import numpy as np
import pytest
from looking import WAIT, fairly, finished, message, poses_in, world

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


def nothing_installed():
    """Let Slicer have none of the packages, and no way to get them."""
    double.calls.results["pip_check"] = False
    double.calls.results["pip_ensure"] = RuntimeError("no network\ncould not reach the index")


def test_torch_can_not_be_installed_without_its_extension(panel, chosen, monkeypatch):
    import sys

    nothing_installed()
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    panel.ui.orientButton.click()
    kind, text = message(panel)
    assert kind == "fault" and "torch" in text and "install the extension PyTorch" in text
    assert panel.ui.orientButton.enabled and not double.calls.of("pip_ensure")


def test_torch_that_the_user_declines_is_told(panel, chosen, monkeypatch):
    import PyTorchUtils

    nothing_installed()
    monkeypatch.setattr(PyTorchUtils.PyTorchUtilsLogic, "installTorch", lambda _self, **_: None)
    panel.ui.orientButton.click()
    assert message(panel)[0] == "fault" and "allow its installation" in message(panel)[1]


def test_torch_that_can_not_be_fetched_is_told(panel, chosen):
    nothing_installed()
    double.calls.results["PyTorchUtilsLogic.installTorch"] = RuntimeError("no route to host")
    panel.ui.orientButton.click()
    assert "no route to host" in message(panel)[1] and "internet" in message(panel)[1]


def test_a_slicer_that_is_too_old_is_told(panel, chosen, monkeypatch):
    import sys

    import slicer

    monkeypatch.delattr(slicer, "packaging", raising=False)
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    panel.ui.orientButton.click()
    assert message(panel)[0] == "fault" and "install version 5.12" in message(panel)[1]


def test_torch_that_the_child_lacks_is_looked_for_again(panel, chosen, tmp_path):
    use(panel, tmp_path, "no-torch")
    panel.ui.orientButton.click()
    assert finished(panel)
    assert message(panel)[0] == "fault" and "torch is missing" in message(panel)[1]
    asked = len(double.calls.of("pip_check"))
    panel.ui.orientButton.click()
    assert len(double.calls.of("pip_check")) > asked and finished(panel)


def test_a_training_without_network_is_told(panel, tmp_path):
    nothing_installed()
    (tmp_path / "data").mkdir()
    train = panel.widget.trainPanel
    train.ui.trainData.currentPath, train.ui.trainOut.currentPath = (
        str(tmp_path / "data"),
        str(tmp_path / "o"),
    )
    for button in (train.ui.trainStart, train.ui.trainCheck):
        train.message.clear()
        button.click()
        assert train.message.kind == "fault" and "could not reach the index" in train.message.text
        assert train.presenter.job is None and train.ui.trainStart.enabled


@pytest.fixture
def folders(panel, tmp_path, make_volume, slicer):
    """A folder of three scans, and one for their poses."""
    scans, out = tmp_path / "scans", tmp_path / "out"
    scans.mkdir()
    for name in ("a", "b", "c"):
        slicer.util.saveNode(make_volume(name), str(scans / f"{name}.nrrd"))
    panel.ui.folderLine.currentPath, panel.ui.outLine.currentPath = str(scans), str(out)
    return scans, out


def test_a_read_only_folder(panel, folders, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode, **_: mode != os.W_OK)
    panel.ui.folderButton.click()
    assert message(panel)[0] == "fault" and "read-only" in message(panel)[1]
    assert panel.ui.folderButton.enabled


def test_a_folder_without_scans(panel, folders, tmp_path):
    panel.ui.folderLine.currentPath = str(tmp_path / "gone")
    panel.ui.folderButton.click()
    assert message(panel)[0] == "fault" and "gone" in message(panel)[1]


def test_a_disk_that_is_full_is_told_and_poses_stay(panel, folders, monkeypatch):
    from craniomark.desktop import orient_folder

    def full(out, *_):
        raise OSError(28, "No space left on device", str(out / "poses.csv"))

    monkeypatch.setattr(orient_folder, "write_poses", full)
    panel.ui.folderButton.click()
    assert finished(panel)
    kind, text = message(panel)
    assert kind == "fault" and "3 of 3" in text and "No space left" in text and "make room" in text
    assert len(list(folders[1].glob("*.tfm"))) == 3


def test_a_folder_that_was_stopped_goes_on(panel, folders, tmp_path):
    use(panel, tmp_path, "slow")
    panel.ui.folderButton.click()
    assert double.settle(lambda: len(panel.widget.desk.folder.outcomes) == 1, WAIT)
    assert (folders[1] / "poses.csv").read_text().count(",good,") == 1
    panel.ui.cancelButton.click()
    assert finished(panel)
    assert "1 of 3 volumes" in message(panel)[1]
    before = (folders[1] / "a.tfm").stat().st_mtime_ns
    panel.ui.folderButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 340, WAIT)
    assert panel.ui.statusLabel.text.startswith("b (2 of 3)")
    panel.ui.cancelButton.click()
    assert finished(panel)
    assert (folders[1] / "a.tfm").stat().st_mtime_ns == before


def test_a_child_killed_in_a_folder_takes_one_scan_along(panel, folders, tmp_path):
    from craniomark.desktop import shared

    use(panel, tmp_path, "slow")
    panel.ui.folderButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 50, WAIT)
    os.kill(shared.board().pid, signal.SIGKILL)
    assert double.settle(lambda: len(panel.widget.desk.folder.outcomes) == 2, WAIT)
    panel.ui.cancelButton.click()
    assert finished(panel)
    outcomes = {one.name: one.verdict for one in panel.widget.desk.folder.outcomes}
    assert outcomes == {"a": "crashed", "b": "good", "c": "cancelled"}
    assert message(panel)[0] == "fault" and "Look at a" in message(panel)[1]


def test_a_scene_closed_while_a_folder_is_oriented_changes_nothing(panel, folders, scene):
    panel.ui.folderButton.click()
    scene.Clear(0)
    assert finished(panel)
    assert message(panel) == ("note", "3 of 3 volumes have a good pose.")
    assert panel.ui.resultTable.mrmlTableNode().GetNumberOfRows() == 3


def test_a_scene_closed_and_another_opened_in_the_middle(panel, chosen, tmp_path, scene, make_volume):
    use(panel, tmp_path, "slow")
    panel.ui.orientButton.click()
    assert at_work(panel)
    scene.Clear(0)
    other = make_volume("other")
    before = world(other)
    assert finished(panel)
    assert np.array_equal(world(other), before) and message(panel)[0] != "fault"
    panel.ui.inputSelector.pick(other)
    panel.ui.orientButton.click()
    assert finished(panel)
    assert message(panel)[0] == "note" and "other" in message(panel)[1]
    assert not np.allclose(world(other), before)


@pytest.fixture
def held(monkeypatch):
    """Let resampling wait after its first slab until it is let go."""
    from craniomark.desktop import resampling

    go, begun = threading.Event(), threading.Event()

    def resample(*arguments, real=resampling.resample, **named):
        made = real(*arguments, **named)
        begun.set()
        go.wait(30)
        return made

    monkeypatch.setattr(resampling, "resample", resample)
    go.begun = begun
    yield go
    go.set()


def at_resampling(panel, held):
    panel.ui.resampleButton.click()
    return double.settle(held.begun.is_set, WAIT)


def test_resampling_is_told_and_can_be_stopped(panel, chosen, held, scene):
    assert at_resampling(panel, held)
    assert panel.ui.statusLabel.text == "Resampling scan" and panel.ui.cancelButton.visible
    assert not panel.ui.orientButton.enabled and not panel.ui.resampleButton.enabled
    panel.ui.cancelButton.click()
    assert message(panel) == ("note", "Stopped; nothing was made.") and panel.ui.orientButton.enabled
    held.set()
    double.settle(seconds=0.3, until=lambda: False)
    assert scene.GetFirstNodeByName("scan upright") is None


def test_resampling_goes_on_slab_by_slab(panel, chosen, held, scene):
    assert at_resampling(panel, held)
    held.set()
    assert finished(panel)
    assert scene.GetFirstNodeByName("scan upright") is not None


def test_a_volume_deleted_while_it_is_resampled_is_made_still(panel, chosen, held, scene):
    assert at_resampling(panel, held)
    scene.RemoveNode(chosen)
    held.set()
    assert finished(panel)
    assert message(panel)[0] == "note" and scene.GetFirstNodeByName("scan upright") is not None


def test_a_scene_closed_while_it_is_resampled_gets_nothing(panel, chosen, held, scene):
    assert at_resampling(panel, held)
    scene.Clear(0)
    held.set()
    assert finished(panel)
    double.settle(seconds=0.3, until=lambda: False)
    assert scene.GetFirstNodeByName("scan upright") is None


def test_a_module_reloaded_while_it_resamples_makes_nothing(panel, chosen, held, scene):
    import slicer

    assert at_resampling(panel, held)
    slicer.util.reloadScriptedModule("AutoOrient")
    held.set()
    double.settle(seconds=0.3, until=lambda: False)
    assert scene.GetFirstNodeByName("scan upright") is None and panel.ui.orientButton.enabled


def test_too_little_memory_is_told(panel, chosen, monkeypatch, scene):
    from craniomark.desktop import resampling

    def no_memory(*_arguments, **_named):
        raise MemoryError

    monkeypatch.setattr(resampling, "resample", no_memory)
    panel.ui.resampleButton.click()
    assert finished(panel)
    assert message(panel)[0] == "fault" and "too little memory" in message(panel)[1]


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

    def orient():
        panel.ui.orientButton.click()
        with double.gaps() as gaps:
            assert at_work(panel)
            double.settle(lambda: panel.ui.progressBar.value > 400, 120)
        panel.ui.cancelButton.click()
        assert finished(panel)
        return gaps

    fairly(orient)


def test_a_panel_without_its_library_says_so(opened, monkeypatch):
    import sys

    from looking import MODULE

    monkeypatch.setitem(sys.modules, "craniomark.desktop.train_panel", None)
    widget = opened(MODULE).widget
    (label,) = [one for one in widget.panel.findChildren("QLabel") if one.name == "messageLabel"]
    assert "Install the extension CranioMark again" in label.text and not label.isHidden()
