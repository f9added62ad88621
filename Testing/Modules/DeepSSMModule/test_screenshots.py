"""Pictures of the panel in its states; kept where CRANIOMARK_SCREENSHOTS names a folder."""

import os
from pathlib import Path

import pytest
from rendering import rendered
from seeing import do

import double

SECTIONS = ("data", "augment", "train", "test", "analysis", "modes", "export")


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
