"""Sliders of the modes: the mean shape follows them at once."""

import json

import numpy as np
import pytest
from seeing import WAIT, choose_project, do, finished, message, model, points_of

import double
from fairness import fairly


@pytest.fixture
def shown(panel, project):
    """Return the panel with the modes of the project shown."""
    do(panel, "model")
    do(panel, "modes")
    return panel


def shape(scene):
    return points_of(model(scene, "Shape of the modes"))


def test_a_slider_for_each_mode_there_is(shown, scene):
    ui = shown.ui
    shown.ui.modesSection.collapsed = False
    hidden = [getattr(ui, f"mode{n}Slider").isHidden() for n in range(1, 7)]
    assert hidden == [False] * 3 + [True] * 3
    assert ui.mode1Label.text == "Mode 1:" and ui.mode4Label.isHidden()
    assert "60% of the variance" in ui.mode1Slider.toolTip and "3.00 mm" in ui.mode1Slider.toolTip
    assert (ui.mode1Slider.minimum, ui.mode1Slider.maximum, ui.mode1Slider.suffix) == (-3, 3, " SD")
    assert np.abs(np.linalg.norm(shape(scene), axis=1) - 5).max() < 1e-4


def test_the_shape_follows_in_standard_deviations(shown, scene):
    mean = shape(scene)
    shown.ui.mode1Slider.value = 2.0
    moved = shape(scene)
    # The first field is x / 5 for a standard deviation.
    assert np.allclose(moved[:, 0], mean[:, 0] * 1.4, atol=1e-4) and np.allclose(moved[:, 1:], mean[:, 1:])
    shown.ui.mode2Slider.value = -1.0
    assert np.allclose(shape(scene)[:, 1], mean[:, 1] * 0.9, atol=1e-4)
    shown.ui.mode3Slider.value = 3.0
    assert np.allclose(shape(scene)[:, 2], mean[:, 2] * 1.2, atol=1e-4)
    assert scene.GetNumberOfNodesByClass("vtkMRMLModelNode") == 1 + 3, "beside those of the slices"


def test_back_to_the_mean(shown, scene):
    mean = shape(scene)
    shown.ui.mode1Slider.value = 2.0
    shown.ui.mode3Slider.value = -1.0
    assert not np.allclose(shape(scene), mean, atol=0.1)
    shown.ui.resetButton.click()
    assert [getattr(shown.ui, f"mode{n}Slider").value for n in range(1, 4)] == [0, 0, 0]
    assert np.allclose(shape(scene), mean, atol=1e-5)


def test_a_large_mesh_follows_within_a_tenth_of_a_second(panel, tmp_path, scene):
    choose_project(panel, tmp_path, "large")
    do(panel, "model")
    do(panel, "modes")
    assert len(shape(scene)) == 90_000

    def slide():
        with double.gaps() as gaps:
            for value in np.linspace(-3, 3, 13):
                panel.ui.mode1Slider.value = float(value)
                double.settle(lambda: False, 0.02)
        return gaps

    fairly(slide)


def test_a_shape_that_was_deleted_is_made_again(shown, scene):
    scene.RemoveNode(model(scene, "Shape of the modes"))
    shown.ui.mode1Slider.value = 1.0
    assert model(scene, "Shape of the modes") is not None


def test_opening_the_section_begins_nothing(panel, project):
    panel.ui.modesSection.collapsed = False
    assert message(panel) == ("", "") and panel.ui.mode1Slider.isHidden()


def test_modes_without_a_model(panel, project):
    panel.ui.modesButton.click()
    assert message(panel)[0] == "fault" and "make the shape model first" in message(panel)[1]
    assert not panel.ui.resetButton.enabled


def test_modes_that_can_not_be_read(shown, project, monkeypatch):
    from craniomark.desktop import mode_mixer

    def torn(*_arguments, **_more):
        raise ValueError("torn")

    monkeypatch.setattr(mode_mixer.np, "load", torn)
    shown.ui.modesButton.click()
    assert finished(shown) and message(shown)[0] == "fault" and "not readable" in message(shown)[1]


def test_a_closed_scene_takes_the_sliders_away(shown, scene):
    shown.ui.mode1Slider.value = 1.0
    scene.Clear(0)
    assert shown.ui.mode1Slider.isHidden() and not shown.ui.resetButton.enabled
    assert json.dumps(shown.widget.modes.wanted()) and model(scene, "Shape of the modes") is None
    do(shown, "modes")
    assert double.settle(lambda: model(scene, "Shape of the modes") is not None, WAIT)
    assert np.abs(np.linalg.norm(shape(scene), axis=1) - 5).max() < 1e-4
