"""The section Bone mask: a label map over the scan, seen before and after; and what goes wrong."""

import numpy as np
import pytest
from looking import WAIT, finished, message, nothing_installed, use, world

import double

LABELS = "vtkMRMLLabelMapVolumeNode"


def masks(scene):
    """Label maps of the scene."""
    return [scene.GetNthNodeByClass(n, LABELS) for n in range(scene.GetNumberOfNodesByClass(LABELS))]


def layers(slicer):
    return slicer.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()


def test_a_volume_must_be_chosen(panel, scene, make_volume):
    ui = panel.ui
    assert not ui.maskButton.enabled and ui.maskButton.toolTip == "Choose a volume first."
    assert ui.maskSection.collapsed and ui.maskHint.wordWrap and not ui.maskSlider.enabled
    ui.inputSelector.pick(make_volume())
    assert ui.maskButton.enabled and "Mark the bone" in ui.maskButton.toolTip


def test_the_mask_lies_over_the_scan_and_moves_with_it(panel, chosen, scene, slicer):
    panel.ui.orientButton.click()
    assert finished(panel)
    panel.ui.maskButton.click()
    assert "Bone mask of scan" in panel.ui.statusLabel.text and not panel.ui.maskButton.enabled
    assert finished(panel)
    assert message(panel) == ("note", "12.5 mm³ of bone, 50.0% of the voxels.")
    (mask,) = masks(scene)
    voxels = slicer.util.arrayFromVolume(chosen)
    assert mask.GetName() == "scan bone"
    assert np.array_equal(slicer.util.arrayFromVolume(mask), voxels > voxels.mean())
    assert (
        np.allclose(world(mask), world(chosen)) and mask.GetTransformNodeID() == chosen.GetTransformNodeID()
    )
    assert layers(slicer).GetLabelVolumeID() == mask.GetID()
    assert layers(slicer).GetBackgroundVolumeID() == chosen.GetID()


def test_a_slider_shows_scan_or_mask(panel, chosen, scene, slicer):
    panel.ui.maskButton.click()
    assert finished(panel)
    slider = panel.ui.maskSlider
    assert slider.enabled and slider.value == 60
    assert layers(slicer).GetLabelOpacity() == pytest.approx(0.6)
    slider.value = 0
    assert layers(slicer).GetLabelOpacity() == 0
    slider.value = 100
    assert layers(slicer).GetLabelOpacity() == 1
    scene.RemoveNode(masks(scene)[0])
    panel.widget.refresh()
    assert not slider.enabled


def test_a_second_mask_comes_beside_the_first(panel, chosen, scene):
    for _ in range(2):
        panel.ui.maskButton.click()
        assert finished(panel)
    assert len({one.GetName() for one in masks(scene)}) == 2


@pytest.mark.parametrize(
    ("what", "words"),
    [("none", "scan: voxels"), ("crash", "exit code 7"), ("broken", "mask.nrrd")],
)
def test_a_failure_is_a_sentence_and_makes_nothing(panel, chosen, scene, tmp_path, what, words):
    use(panel, tmp_path, what)
    panel.ui.maskButton.click()
    assert finished(panel)
    assert message(panel)[0] == "fault" and words in message(panel)[1] and not masks(scene)
    assert panel.ui.maskButton.enabled


def test_a_model_that_is_gone(panel, chosen, tmp_path):
    panel.widget._parameters.model = str(tmp_path / "gone")
    panel.ui.maskButton.click()
    assert message(panel)[0] == "fault" and "choose another model" in message(panel)[1]


def test_what_was_told_before_is_gone_when_work_begins(panel, chosen, tmp_path):
    use(panel, tmp_path, "none")
    panel.ui.maskButton.click()
    assert finished(panel) and message(panel)[0] == "fault"
    panel.widget._parameters.model = ""
    panel.ui.maskButton.click()
    assert message(panel) == ("", "") and finished(panel) and message(panel)[0] == "note"


def test_a_slider_that_can_not_follow_says_so(panel, chosen, monkeypatch):
    import slicer

    def broken(**_layers):
        raise OSError(5, "the views are gone")

    monkeypatch.setattr(slicer.util, "setSliceViewerLayers", broken)
    panel.ui.maskButton.click()
    assert finished(panel) and message(panel)[0] == "fault"
    panel.widget.message.clear()
    panel.ui.maskSlider.value = 30
    assert message(panel)[0] == "fault" and "the views are gone" in message(panel)[1]


def test_cancel_makes_nothing(panel, chosen, scene, tmp_path):
    use(panel, tmp_path, "slow")
    panel.ui.maskButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 20, WAIT)
    assert "marking bone" in panel.ui.statusLabel.text
    panel.ui.cancelButton.click()
    assert finished(panel) and message(panel) == ("note", "Stopped; no mask was made.") and not masks(scene)


def test_cancel_while_the_volume_is_handed_over(panel, chosen, scene):
    panel.ui.maskButton.click()
    panel.ui.cancelButton.click()
    assert finished(panel) and not masks(scene) and message(panel)[0] == "note"


def test_a_volume_deleted_meanwhile(panel, chosen, scene, tmp_path):
    use(panel, tmp_path, "slow")
    panel.ui.maskButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 20, WAIT)
    scene.RemoveNode(chosen)
    assert finished(panel)
    assert message(panel)[0] == "fault" and "deleted while it was worked on" in message(panel)[1]
    assert not masks(scene)


def test_a_scene_closed_meanwhile(panel, chosen, scene, tmp_path):
    use(panel, tmp_path, "slow")
    panel.ui.maskButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 20, WAIT)
    scene.Clear(0)
    assert finished(panel) and not panel.ui.maskButton.enabled and not masks(scene)


def test_packages_that_can_not_be_installed(panel, chosen):
    nothing_installed()
    panel.ui.maskButton.click()
    assert message(panel)[0] == "fault" and "could not reach the index" in message(panel)[1]
    assert panel.ui.maskButton.enabled


def test_a_package_that_is_gone_is_looked_for_anew(panel, chosen, tmp_path):
    from craniomark.desktop import requirements

    use(panel, tmp_path, "no-torch")
    panel.ui.maskButton.click()
    assert finished(panel) and message(panel)[0] == "fault" and not requirements._complete
