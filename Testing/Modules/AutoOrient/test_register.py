"""The section Register: a volume brought onto another, before and after, undone; and what goes wrong."""

import numpy as np
import pytest
from looking import WAIT, finished, message, nothing_installed, poses_in, use, world

import double


@pytest.fixture
def pair(panel, scene, make_volume):
    """Return the fixed and the moving volume, chosen."""
    fixed, moving = make_volume("atlas"), make_volume("mouse 7")
    panel.ui.inputSelector.pick(moving)
    panel.ui.fixedSelector.pick(fixed)
    return fixed, moving


def place(volume, point=(1.0, 2.0, 3.0)):
    """Where a point of the volume's own frame, RAS, is in the world."""
    found = [0.0, 0.0, 0.0]
    volume.TransformPointToWorld(point, found)
    return np.array(found)


def test_another_volume_must_be_chosen(panel, scene, make_volume):
    moving = make_volume("mouse 7")
    panel.ui.inputSelector.pick(moving)
    assert not panel.ui.registerButton.enabled and "another volume" in panel.ui.registerButton.toolTip
    panel.ui.fixedSelector.pick(moving)
    assert not panel.ui.registerButton.enabled
    panel.ui.fixedSelector.pick(make_volume("atlas"))
    assert panel.ui.registerButton.enabled and "Move the volume" in panel.ui.registerButton.toolTip
    assert not panel.ui.beforeSlider.enabled and panel.ui.registerSection.collapsed
    assert panel.ui.fixedSelector.mrmlScene() is scene and panel.ui.registerHint.wordWrap


def test_what_is_chosen_is_kept_with_the_scene(panel, pair):
    import slicer

    selector = panel.ui.fixedSelector
    assert selector.noneEnabled and not selector.addEnabled and not selector.removeEnabled
    panel.ui.registeredBox.checked = True
    slicer.util.reloadScriptedModule("AutoOrient")
    fresh = slicer.modules.autoorient.widgetRepresentation().self().ui
    assert fresh.fixedSelector.currentNode() is pair[0] and fresh.registeredBox.checked


@pytest.mark.parametrize("how", ["straight", "bend"])
def test_a_volume_is_moved_and_shown_before_and_after(panel, pair, tmp_path, how):
    fixed, moving = pair
    before, stays = place(moving), world(fixed)
    use(panel, tmp_path, how)
    panel.ui.registerButton.click()
    assert "mouse 7 onto atlas" in panel.ui.statusLabel.text and not panel.ui.registerButton.enabled
    assert finished(panel)
    assert message(panel) == ("note", "The images fit: match 0.41 before, 0.93 after.")
    # The child has found it 5 mm to the left, so it comes to the right, which is +x in RAS.
    assert np.allclose(place(moving) - before, [5, 0, 0], atol=1e-3) and np.array_equal(world(fixed), stays)
    slider = panel.ui.beforeSlider
    assert slider.enabled and slider.value == 100
    slider.value = 0
    assert np.allclose(place(moving), before, atol=1e-3)
    slider.value = 50
    assert np.allclose(place(moving) - before, [2.5, 0, 0], atol=1e-3)
    assert panel.ui.undoButton.toolTip == "Undo: Register"
    panel.ui.undoButton.click()
    assert np.allclose(place(moving), before) and moving.GetParentTransformNode() is None
    assert not slider.enabled


@pytest.mark.parametrize("how", ["straight", "bend"])
def test_a_volume_that_was_turned_before_is_moved_in_the_world(panel, pair, tmp_path, scene, how):
    moving = pair[1]
    panel.ui.orientButton.click()
    assert finished(panel)
    before, pose = place(moving), moving.GetTransformNodeID()
    use(panel, tmp_path, how)
    panel.ui.registerButton.click()
    assert finished(panel)
    assert np.allclose(place(moving) - before, [5, 0, 0], atol=1e-3)
    panel.ui.beforeSlider.value = 0
    assert np.allclose(place(moving), before, atol=1e-3)
    panel.ui.undoButton.click()
    assert np.allclose(place(moving), before, atol=1e-6) and moving.GetTransformNodeID() == pose
    assert [one.GetID() for one in poses_in(scene)] == [pose]
    assert scene.GetNumberOfNodesByClass("vtkMRMLGridTransformNode") == 0


def test_another_step_ends_the_slider(panel, pair):
    panel.ui.registerButton.click()
    assert finished(panel) and panel.ui.beforeSlider.enabled
    after = place(pair[1])
    panel.ui.flipButton.click()
    assert not panel.ui.beforeSlider.enabled
    panel.ui.undoButton.click()
    assert panel.ui.beforeSlider.enabled and np.allclose(place(pair[1]), after)


def test_both_volumes_are_shown_over_one_another(panel, pair, slicer):
    panel.ui.registerButton.click()
    assert finished(panel)
    layers = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
    shown = layers.GetBackgroundVolumeID(), layers.GetForegroundVolumeID()
    assert shown == (pair[0].GetID(), pair[1].GetID()) and layers.GetForegroundOpacity() == 0.5


def test_a_new_volume_only_if_wanted(panel, pair, scene):
    panel.ui.registerButton.click()
    assert finished(panel)
    assert scene.GetFirstNodeByName("mouse 7 registered") is None
    panel.ui.registeredBox.checked = True
    panel.ui.registerButton.click()
    assert finished(panel)
    double.vtk_errors[:] = [one for one in double.vtk_errors if "invalid Colors module logic" not in one]
    made = scene.GetFirstNodeByName("mouse 7 registered")
    assert made is not None and np.allclose(world(made), world(pair[0]))


def test_the_method_is_asked_for_and_remembered(panel, pair):
    import slicer

    panel.ui.methodBox.setCurrentIndex(0)
    panel.ui.registerButton.click()
    assert finished(panel) and message(panel)[1] == "The images fit: match 0.41 before, 0.91 after."
    slicer.util.reloadScriptedModule("AutoOrient")
    fresh = slicer.modules.autoorient.widgetRepresentation().self()
    assert fresh.ui.methodBox.currentIndex == 0 and "Rigid" in fresh.ui.methodBox.itemText(0)


def test_methods_of_the_panel_are_methods_of_the_command():
    from craniomark.desktop.registering import METHODS
    from craniomark.flows.registration.methods import method_names

    assert set(METHODS) <= set(method_names())


def test_a_doubtful_fit_is_told_as_such(panel, pair, tmp_path):
    use(panel, tmp_path, "doubtful")
    panel.ui.registerButton.click()
    assert finished(panel) and message(panel)[0] == "doubt"


@pytest.mark.parametrize(("what", "words"), [("none", "mouse 7: voxels"), ("crash", "exit code 7")])
def test_a_failure_is_a_sentence_and_moves_nothing(panel, pair, tmp_path, what, words):
    use(panel, tmp_path, what)
    panel.ui.registerButton.click()
    assert finished(panel)
    assert message(panel)[0] == "fault" and words in message(panel)[1]
    assert pair[1].GetParentTransformNode() is None and not panel.ui.undoButton.enabled


def test_what_was_told_before_is_gone_when_work_begins(panel, pair, tmp_path):
    use(panel, tmp_path, "none")
    panel.ui.registerButton.click()
    assert finished(panel) and message(panel)[0] == "fault"
    panel.widget._parameters.model = ""
    panel.ui.registerButton.click()
    assert message(panel) == ("", "") and finished(panel) and message(panel)[0] == "note"


def test_a_slider_that_can_not_follow_says_so(panel, pair, monkeypatch):
    from craniomark.ground.checks import InputError

    def broken(_share):
        raise InputError("mouse 7", "transform", "locked", "unlock it")

    panel.ui.registerButton.click()
    assert finished(panel)
    monkeypatch.setattr(panel.widget.desk.register, "slide", broken)
    panel.ui.beforeSlider.value = 30
    assert message(panel)[0] == "fault" and "unlock it" in message(panel)[1]


def test_cancel_moves_nothing(panel, pair, tmp_path):
    use(panel, tmp_path, "slow")
    panel.ui.registerButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 20, WAIT)
    panel.ui.cancelButton.click()
    assert finished(panel)
    assert message(panel) == ("note", "Stopped; nothing was moved.")
    assert pair[1].GetParentTransformNode() is None


def test_cancel_while_volumes_are_handed_over(panel, pair):
    panel.ui.registerButton.click()
    panel.ui.cancelButton.click()
    assert finished(panel) and pair[1].GetParentTransformNode() is None


@pytest.mark.parametrize("which", [0, 1])
def test_a_volume_deleted_meanwhile(panel, pair, tmp_path, scene, which):
    use(panel, tmp_path, "slow")
    panel.ui.registerButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 20, WAIT)
    scene.RemoveNode(pair[which])
    panel.widget._parameters.model = ""
    assert finished(panel)
    assert message(panel)[0] == "fault" and "deleted while it was worked on" in message(panel)[1]


def test_a_scene_closed_meanwhile(panel, pair, tmp_path, scene):
    use(panel, tmp_path, "slow")
    panel.ui.registerButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 20, WAIT)
    scene.Clear(0)
    assert finished(panel) and not panel.ui.registerButton.enabled and not panel.ui.beforeSlider.enabled


def test_packages_that_can_not_be_installed(panel, pair):
    nothing_installed()
    panel.ui.registerButton.click()
    assert message(panel)[0] == "fault" and "could not reach the index" in message(panel)[1]
    assert panel.ui.registerButton.enabled


def test_a_package_that_is_gone_is_looked_for_anew(panel, pair, tmp_path):
    from craniomark.desktop import requirements

    use(panel, tmp_path, "no-torch")
    panel.ui.registerButton.click()
    assert finished(panel) and message(panel)[0] == "fault" and not requirements._complete


def test_a_bent_volume_is_refused(panel, pair, scene):
    bent = scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "bent")
    pair[1].SetAndObserveTransformNodeID(bent.GetID())
    panel.ui.registerButton.click()
    assert message(panel)[0] == "fault" and "not linear" in message(panel)[1] and not panel.widget.desk.busy
