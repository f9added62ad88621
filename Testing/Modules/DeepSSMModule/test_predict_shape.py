"""The section Predict: the shape of a skull of the scene, with its uncertainty and landmarks."""

import shutil

import numpy as np
import pytest
from seeing import WAIT, finished, message, model, nothing_installed, points_of

import double

MARKUPS = "vtkMRMLMarkupsFiducialNode"


@pytest.fixture
def skull(slicer, panel):
    """Return a volume that is chosen."""
    node = slicer.util.addVolumeFromArray(np.zeros((5, 6, 7), np.int16), name="scan")
    panel.ui.skullSelector.pick(node)
    return node


def use(panel, tmp_path, what):
    """Choose a model whose name tells the child what to do."""
    (tmp_path / what).mkdir()
    panel.widget._parameters.shapeModel = str(tmp_path / what)


def landmarks(scene):
    return [scene.GetNthNodeByClass(n, MARKUPS) for n in range(scene.GetNumberOfNodesByClass(MARKUPS))]


def predicted(panel):
    panel.ui.predictButton.click()
    assert finished(panel)
    return message(panel)


def test_a_skull_and_a_model_must_be_chosen(panel, slicer, scene, monkeypatch):
    ui = panel.ui
    assert ui.predictSection.collapsed and not ui.predictButton.enabled
    assert ui.predictButton.toolTip == "Choose a scan or a surface model first."
    ui.skullSelector.pick(slicer.util.addVolumeFromArray(np.zeros((5, 6, 7), np.int16), name="scan"))
    assert ui.predictButton.enabled
    monkeypatch.setattr(type(panel.widget.predict.picker), "shown_card", None)
    kind, words = predicted(panel)
    assert kind == "fault" and "shape model is none: choose one" in words


def test_a_shape_comes_beside_the_scan_with_uncertainty_and_landmarks(panel, skull, scene, tmp_path, slicer):
    use(panel, tmp_path, "good")
    turn = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "turn")
    skull.SetAndObserveTransformNodeID(turn.GetID())
    kind, words = predicted(panel)
    assert kind == "note"
    assert words == "scan: its shape was predicted; nine of ten places are off by less than 0.20 mm."
    shape = model(scene, "scan shape")
    centre = points_of(shape).mean(0)
    assert np.allclose(centre, [-1, -2, 3], atol=0.2), "LPS of the child's file is RAS in the scene"
    display = shape.GetDisplayNode()
    assert display.GetScalarVisibility() and display.GetActiveScalarName() == "bound90_mm"
    assert display.GetScalarRange() == pytest.approx((0, 0.3), abs=0.01)
    assert scene.GetNodeByID(display.GetColorNodeID()).GetName() == "Uncertainty colours"
    (marks,) = landmarks(scene)
    assert marks.GetName() == "scan shape landmarks" and marks.GetNumberOfControlPoints() == 2
    assert {shape.GetTransformNodeID(), marks.GetTransformNodeID()} == {turn.GetID()}


def test_a_surface_model_is_seen_through_around_its_shape(panel, scene, tmp_path):
    from craniomark.ground.meshes import Surface
    from craniomark.mrml import add_surface
    from odd_shapes import ball

    node = add_surface(scene, Surface(*ball(6.0)), "mesh")
    panel.ui.skullSelector.pick(node)
    use(panel, tmp_path, "certain")
    assert predicted(panel) == ("note", "mesh: its shape was predicted; this model tells no uncertainty.")
    assert model(scene, "mesh shape") is not None and not landmarks(scene)
    assert not model(scene, "mesh shape").GetDisplayNode().GetScalarVisibility()
    assert node.GetDisplayNode().GetOpacity() == pytest.approx(0.5)


def test_a_second_prediction_does_not_overwrite_the_first(panel, skull, scene, tmp_path):
    use(panel, tmp_path, "good")
    for _ in range(2):
        assert predicted(panel)[0] == "note"
    assert len(landmarks(scene)) == 2 and len({node.GetName() for node in landmarks(scene)}) == 2


@pytest.mark.parametrize(
    ("what", "words"),
    [("none", "scan: number of shapes is 2"), ("crash", "exit code 7"), ("broken", "skull.ply")],
)
def test_a_failure_is_a_sentence_and_makes_nothing(panel, skull, scene, tmp_path, what, words):
    use(panel, tmp_path, what)
    kind, told = predicted(panel)
    assert kind == "fault" and words in told
    assert model(scene, "scan shape") is None and panel.ui.predictButton.enabled


def test_a_model_that_is_gone(panel, skull, tmp_path):
    panel.widget._parameters.shapeModel = str(tmp_path / "gone")
    assert "gone" in panel.ui.shapeModelCard.text
    kind, words = predicted(panel)
    assert kind == "fault" and "model is missing: choose another model" in words


def test_packages_that_can_not_be_installed(panel, skull, tmp_path):
    use(panel, tmp_path, "good")
    nothing_installed()
    kind, words = predicted(panel)
    assert kind == "fault" and "could not reach the index" in words


def begin_slow(panel, tmp_path):
    use(panel, tmp_path, "slow")
    panel.ui.predictButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 20, WAIT)


def test_cancel_makes_nothing(panel, skull, scene, tmp_path):
    begin_slow(panel, tmp_path)
    assert "Shape of scan" in panel.ui.statusLabel.text and not panel.ui.predictButton.enabled
    assert not panel.ui.modelButton.enabled, "one thing at a time"
    panel.ui.cancelButton.click()
    assert finished(panel) and message(panel) == ("note", "Stopped; no shape was made.")
    assert model(scene, "scan shape") is None and panel.ui.cancelButton.isHidden()


def test_a_skull_that_is_deleted_in_the_middle(panel, skull, scene, tmp_path):
    begin_slow(panel, tmp_path)
    scene.RemoveNode(skull)
    assert finished(panel)
    kind, words = message(panel)
    assert kind == "fault" and "deleted while it was worked on" in words


def test_a_scene_closed_in_the_middle(panel, skull, scene, tmp_path):
    begin_slow(panel, tmp_path)
    scene.Clear(0)
    assert finished(panel) and model(scene, "scan shape") is None


def test_the_model_stays_chosen_with_the_scene(panel, skull, tmp_path):
    use(panel, tmp_path, "good")
    panel.widget.exit()
    panel.widget.enter()
    assert panel.widget.predict.picker.path == str(tmp_path / "good")


def test_a_model_that_the_user_chooses_is_kept_in_the_scene(panel, scene):
    box = panel.ui.shapeModelBox
    row = box.findText("mouse-strains-shape")
    assert row > 0, "the shipped model is offered"
    box.setCurrentIndex(row)
    assert panel.widget.logic.getParameterNode().shapeModel.endswith("mouse-strains-shape")
    box.setCurrentIndex(0)
    assert panel.widget.logic.getParameterNode().shapeModel == ""


def test_a_model_elsewhere_is_chosen_by_its_folder(panel, tmp_path, repository):
    folder = repository / "Resources" / "Models" / "mouse-strains-shape"
    copied = shutil.copytree(folder, tmp_path / "ours")
    double.answer(str(copied))
    panel.ui.shapeModelButton.click()
    assert panel.widget.logic.getParameterNode().shapeModel == str(copied)
    assert message(panel) == ("", "") and "mouse-strains-shape" in panel.ui.shapeModelCard.text


def test_a_folder_without_a_model_is_refused_by_a_sentence(panel, tmp_path):
    double.answer(str(tmp_path))
    panel.ui.shapeModelButton.click()
    assert message(panel)[0] == "fault" and "bundle.json" in message(panel)[1]
    assert panel.widget.logic.getParameterNode().shapeModel == ""
