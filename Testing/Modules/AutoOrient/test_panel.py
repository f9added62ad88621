"""AutoOrient on the double: each control has an effect in the scene, in a file, or on the child."""

import numpy as np
import pytest
from looking import finished, message, poses_in, world

import double

TURN_LPS = np.array([[0.0, -1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 2.0], [0.0, 0.0, 1.0, 3.0], [0.0, 0.0, 0.0, 1.0]])
SIGNS = np.diag([-1.0, -1.0, 1.0, 1.0])
TURN = SIGNS @ TURN_LPS @ SIGNS
MIRROR = np.diag([-1.0, 1.0, 1.0, 1.0])


def test_a_panel_without_a_volume_offers_nothing_to_press(panel):
    ui = panel.ui
    for name in ("orient", "flip", "handles", "undo", "harden", "resample", "folder"):
        assert not getattr(ui, f"{name}Button").enabled, name
    assert ui.orientButton.toolTip == "Choose a volume first."
    assert message(panel) == ("", "") and not ui.progressBar.visible and not ui.resultTable.visible


def test_the_panel_as_it_opens(panel, scene):
    ui = panel.ui
    sections = ("scan", "correct", "keep", "register", "mask", "many", "train")
    assert [name for name in sections if not getattr(ui, f"{name}Section").collapsed] == ["scan", "correct"]
    assert ui.keepBox.checked and not ui.handlesButton.checked
    for name in ("modelCard", "statusLabel", "messageLabel", "keepHint"):
        assert getattr(ui, name).wordWrap, name
    selector = ui.inputSelector
    assert selector.noneEnabled and selector.renameEnabled
    assert not selector.addEnabled and not selector.removeEnabled
    assert selector.mrmlScene() is scene and ui.resultTable.mrmlScene() is scene


def test_an_empty_scene_is_told(panel):
    panel.ui.sceneButton.click()
    assert message(panel)[0] == "fault" and "load a volume first" in message(panel)[1]


def test_there_is_nothing_to_harden_before_a_pose(panel, chosen):
    panel.ui.hardenButton.click()
    assert message(panel)[0] == "fault" and "orient it first" in message(panel)[1]
    assert not panel.ui.undoButton.enabled


def test_help_samples_and_categories(panel):
    module = panel.module
    assert module.categories == ["Morphometrics"] and "tutorial" in module.helpText
    assert "cite" in module.acknowledgementText
    offered = double.calls.of("SampleDataLogic.registerCustomSampleDataSource")
    assert len(offered) == 2 and all(one["checksums"].startswith("SHA256:") for one in offered)
    assert all("-LM" not in one["fileNames"] for one in offered)


def test_the_card_tells_what_the_model_is(panel):
    text = panel.ui.modelCard.text
    assert "mouse-skull" in text and "landmarks" in text and "Mus musculus" in text
    assert panel.ui.modelBox.itemText(0).startswith("Automatic")


def test_choosing_a_model_is_kept_in_the_scene(panel, chosen):
    row = panel.ui.modelBox.findText("mouse-skull")
    panel.ui.modelBox.setCurrentIndex(row)
    assert panel.widget._parameters.model.endswith("mouse-skull")
    panel.ui.orientButton.click()
    request = panel.widget.desk.poses
    assert double.settle(lambda: request._work is None or request._work.job is not None, 60)
    assert request._work is None or request._work.job.request.model.endswith("mouse-skull")
    assert finished(panel)


def test_a_folder_without_a_model_is_refused_by_a_sentence(panel, tmp_path):
    double.answer(str(tmp_path))
    panel.ui.browseModelButton.click()
    assert message(panel)[0] == "fault" and "bundle.json" in message(panel)[1]


def test_orient_puts_a_transform_on_the_volume(panel, chosen):
    before = world(chosen)
    panel.ui.orientButton.click()
    assert not panel.ui.orientButton.enabled and panel.ui.cancelButton.visible
    assert finished(panel)
    assert np.allclose(world(chosen), TURN @ before, atol=1e-9)
    kind, text = message(panel)
    assert kind == "note" and "90°" in text and "0.87" in text and "good" in text
    assert chosen.GetParentTransformNode().GetName() == "scan pose"
    assert panel.ui.undoButton.enabled and panel.ui.undoButton.toolTip == "Undo: Orient"
    layers = __import__("slicer").app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
    assert double.settle(lambda: layers.GetBackgroundVolumeID() == chosen.GetID(), 60)


def test_orienting_again_goes_on_from_where_it_is(panel, chosen, scene):
    before = world(chosen)
    for _ in range(2):
        panel.ui.orientButton.click()
        assert finished(panel)
    assert np.allclose(world(chosen), TURN @ TURN @ before, atol=1e-9)
    assert len(poses_in(scene)) == 1


def test_a_parent_that_changes_meanwhile_does_no_harm(panel, chosen, scene):
    before = world(chosen)
    panel.ui.orientButton.click()
    shift = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "shift")
    matrix = np.eye(4)
    matrix[0, 3] = 7
    import slicer

    shift.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(matrix))
    chosen.SetAndObserveTransformNodeID(shift.GetID())
    assert finished(panel)
    assert np.allclose(world(chosen), TURN @ before, atol=1e-9)


def test_undo_brings_the_volume_back(panel, chosen, scene):
    before = world(chosen)
    panel.ui.orientButton.click()
    assert finished(panel)
    panel.ui.undoButton.click()
    assert np.allclose(world(chosen), before) and chosen.GetParentTransformNode() is None
    assert len(poses_in(scene)) == 0
    assert not panel.ui.undoButton.enabled


def test_flip_mirrors_about_the_midplane_of_an_oriented_skull(panel, chosen):
    panel.ui.orientButton.click()
    assert finished(panel)
    before = world(chosen)
    panel.ui.flipButton.click()
    assert np.allclose(world(chosen), MIRROR @ before, atol=1e-9)
    assert message(panel) == ("note", "Left and right are exchanged.")
    panel.ui.undoButton.click()
    assert np.allclose(world(chosen), before)


def test_flip_of_a_volume_as_it_came_keeps_its_place(panel, chosen):
    bounds, after = [0.0] * 6, [0.0] * 6
    chosen.GetRASBounds(bounds)
    before = world(chosen)
    panel.ui.flipButton.click()
    chosen.GetRASBounds(after)
    assert np.allclose(bounds, after) and np.linalg.det(world(chosen)) * np.linalg.det(before) < 0


def test_handles_appear_and_what_they_do_can_be_undone(panel, chosen):
    import slicer

    before = world(chosen)
    panel.ui.handlesButton.click()
    pose = chosen.GetParentTransformNode()
    display = pose.GetDisplayNode()
    assert panel.ui.handlesButton.checked
    assert display.GetEditorVisibility() and display.GetEditorRotationEnabled()
    assert not display.GetEditorScalingEnabled()
    pose.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(TURN))
    panel.ui.handlesButton.click()
    assert not display.GetEditorVisibility() and not panel.ui.handlesButton.checked
    panel.ui.undoButton.click()
    assert np.allclose(world(chosen), before)


def test_harden_writes_the_pose_into_the_volume(panel, chosen):
    import slicer

    voxels = slicer.util.arrayFromVolume(chosen).copy()
    panel.ui.orientButton.click()
    assert finished(panel)
    before = world(chosen)
    panel.ui.hardenButton.click()
    assert chosen.GetParentTransformNode() is None
    assert np.allclose(world(chosen), before, atol=1e-9)
    assert np.array_equal(slicer.util.arrayFromVolume(chosen), voxels)
    panel.ui.undoButton.click()
    assert np.allclose(world(chosen), before, atol=1e-9) and chosen.GetParentTransformNode() is not None


def test_resample_makes_another_volume(panel, chosen, scene):
    panel.ui.orientButton.click()
    assert finished(panel)
    panel.ui.spacingBox.value = 0.8
    assert panel.widget._parameters.resampleSpacing == 0.8
    panel.ui.resampleButton.click()
    assert finished(panel)
    made = scene.GetFirstNodeByName("scan upright")
    assert np.allclose(made.GetSpacing(), 0.8) and made.GetParentTransformNode() is None
    assert message(panel)[0] == "note" and "scan upright" in message(panel)[1]


def test_all_volumes_of_the_scene_and_a_table(panel, volume, make_volume, scene):
    others = [make_volume("b"), make_volume("c")]
    before = [world(node) for node in (volume, *others)]
    panel.ui.sceneButton.click()
    assert finished(panel)
    for node, matrix in zip((volume, *others), before, strict=True):
        assert np.allclose(world(node), TURN @ matrix, atol=1e-9)
    assert double.settle(lambda: panel.ui.resultTable.mrmlTableNode() is not None, 60)
    table = panel.ui.resultTable.mrmlTableNode()
    assert table.GetNumberOfRows() == 3 and not panel.ui.resultTable.isHidden()
    assert message(panel)[1] == "3 of 3 volumes have a good pose."


@pytest.fixture
def folders(panel, tmp_path, make_volume, slicer):
    """A folder of two scans, and one for their poses."""
    scans, out = tmp_path / "scans", tmp_path / "poses"
    scans.mkdir()
    for name in ("a", "b"):
        assert slicer.util.saveNode(make_volume(name), str(scans / f"{name}.nrrd"))
    assert not panel.ui.folderButton.enabled
    panel.ui.folderLine.currentPath, panel.ui.outLine.currentPath = str(scans), str(out)
    return scans, out


def test_the_scans_of_a_folder(panel, folders):
    out = folders[1]
    panel.ui.folderButton.click()
    assert finished(panel)
    assert sorted(path.name for path in out.iterdir()) == ["a.tfm", "b.tfm", "poses.csv"]
    assert (out / "poses.csv").read_text().splitlines()[1].startswith("a,good,90.0")
    assert message(panel) == ("note", "2 of 2 volumes have a good pose.")


def test_poses_that_are_there_are_kept_if_wanted(panel, folders):
    out = folders[1]

    def times():
        return {path.name: path.stat().st_mtime_ns for path in out.glob("*.tfm")}

    assert panel.ui.keepBox.checked
    panel.ui.folderButton.click()
    assert finished(panel)
    before = times()
    (out / "b.tfm").unlink()
    panel.ui.folderButton.click()
    assert finished(panel)
    assert times()["a.tfm"] == before["a.tfm"] and times()["b.tfm"] > before["b.tfm"]
    assert message(panel)[1] == "2 of 2 volumes have a good pose. 1 were there before."
    panel.ui.keepBox.click()
    assert panel.widget._parameters.keepPoses is False
    panel.ui.folderButton.click()
    assert finished(panel)
    assert times()["a.tfm"] > before["a.tfm"] and "before" not in message(panel)[1]


def test_columns_are_as_wide_as_what_is_in_them(panel, make_volume):
    for name in ("a", "a specimen with quite a long name from the museum"):
        make_volume(name)
    narrow = panel.ui.resultTable.horizontalHeader().defaultSectionSize
    panel.ui.sceneButton.click()
    assert finished(panel)
    assert double.settle(lambda: panel.ui.resultTable.columnWidth(0) > 2 * narrow, 60)


def test_a_panel_that_is_gone_hears_nothing(panel):
    import slicer

    heard, desk = [], panel.widget.desk
    desk.connect(lambda: heard.append("changed"), lambda *words: heard.append(words))
    slicer.util.reloadScriptedModule("AutoOrient")
    heard.clear()
    desk.poses.changed()
    desk.register.told("note", "words")
    assert heard == []


def test_folders_are_known_again(panel, folders):
    panel.ui.folderButton.click()
    assert finished(panel)
    __import__("slicer").util.reloadScriptedModule("AutoOrient")
    ui = panel.widget.ui
    assert (ui.folderLine.currentPath, ui.outLine.currentPath) == (str(folders[0]), str(folders[1]))


def test_the_panel_comes_again_as_it_was(panel, chosen):
    panel.ui.spacingBox.value = 0.3
    manager = __import__("slicer").app.moduleManager()
    manager.selectModule("")
    manager.selectModule("AutoOrient")
    assert panel.ui.inputSelector.currentNode() is chosen and panel.ui.spacingBox.value == 0.3


def test_the_module_tests_itself(panel):
    import slicer

    slicer.selfTests["AutoOrient"]()
