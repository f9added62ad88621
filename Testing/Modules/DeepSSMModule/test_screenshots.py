"""Pictures of the panel in its states; kept where CRANIOMARK_SCREENSHOTS names a folder."""

import os
from pathlib import Path

import pytest
from rendering import rendered
from seeing import do

import double

SECTIONS = ("data", "augment", "train", "test", "analysis", "modes", "export", "predict")


@pytest.fixture
def take(panel, tmp_path):
    """Take a picture of these sections, with folders as users name them."""
    named = os.environ.get("CRANIOMARK_SCREENSHOTS", "")

    def take_(name, *opened):
        ui = panel.ui
        for section in SECTIONS:
            getattr(ui, f"{section}Section").collapsed = section not in opened
        held = {}
        for line, text in (("project", "~/skulls/shapes"), ("meshes", "~/skulls/meshes")):
            widget = getattr(ui, f"{line}Line")
            held[widget] = widget.currentPath
            widget.blockSignals(True)
            widget.currentPath = text if held[widget] else ""
        path = double.grab(panel.parent, (Path(named) if named else tmp_path) / f"DeepSSMModule-{name}.png")
        for widget, text in held.items():
            widget.currentPath = text
            widget.blockSignals(False)
        assert path.stat().st_size > 5000

    return take_


def test_pictures_of_the_steps(panel, take, project):
    take("empty", "data")
    for name in ("model", "augment"):
        do(panel, name)
    take("augmented", "augment")
    for name in ("prepare", "train"):
        do(panel, name)
    take("trained", "train", "test")


def test_pictures_of_what_was_found(panel, take, analysed, scene, tmp_path):
    panel.ui.placeBox.setCurrentIndex(1)
    take("found", "analysis", "export")
    do(panel, "modes")
    panel.ui.mode1Slider.value = 1.5
    take("modes", "modes")
    path = rendered(scene, tmp_path / "heat.png", ["mouse b predicted", "mouse b true"], title="mm")
    assert path.stat().st_size > 5000


def test_a_picture_of_a_predicted_shape(panel, take, slicer, tmp_path):
    import numpy as np

    node = slicer.util.addVolumeFromArray(np.zeros((5, 6, 7), np.int16), name="skull 07")
    panel.ui.skullSelector.pick(node)
    (tmp_path / "good").mkdir()
    panel.widget._parameters.shapeModel = str(tmp_path / "good")
    do(panel, "predict")
    panel.ui.shapeModelCard.text = "Model of 39 mouse strains, 1024 particles"
    take("predicted", "predict")
