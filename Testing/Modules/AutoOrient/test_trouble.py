"""AutoOrient when things go wrong: a sentence in the panel, nothing lost, nothing frozen."""

import os
import signal

import numpy as np
from looking import WAIT, at_work, finished, message, nothing_installed, poses_in, use, world

import double
from fairness import fairly


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


def test_a_bent_volume_gets_no_handles(panel, chosen, scene):
    bent = scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "bent")
    chosen.SetAndObserveTransformNodeID(bent.GetID())
    panel.ui.handlesButton.click()
    assert message(panel)[0] == "fault" and "scan" in message(panel)[1]
    assert not panel.ui.handlesButton.checked and chosen.GetParentTransformNode() is bent
    assert len(poses_in(scene)) == 0


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
