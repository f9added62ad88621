"""Real skulls, by the real child: from meshes through a small network to error colours, modes and files."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from rendering import rendered
from seeing import do, finished, model, points_of

import double

STRAINS = ("AKR_J", "129X1_SVJ", "129S1_SVIMJ", "B6129PF1", "B6129SF1")
NAMES = ("augment", "prepare", "train", "test", "analyze")


@pytest.fixture
def meshes(tmp_path):
    """A folder of five real meshes."""
    data = Path(os.environ.get("CRANIOMARK_DATA", "")) / "mouse_models"
    if not all((data / f"{name}.ply").is_file() for name in STRAINS):
        pytest.skip("no data: set CRANIOMARK_DATA to the folder with mouse_models")
    folder = tmp_path / "meshes"
    folder.mkdir()
    for name in STRAINS:
        shutil.copy(data / f"{name}.ply", folder)
    return folder


@pytest.fixture
def real_board(boards, monkeypatch):
    """Let the panel use the real child."""
    from craniomark.desktop import shared
    from craniomark.desktop.board import JobBoard
    from craniomark.flows.jobs import JobClient

    board = JobBoard(lambda listen: JobClient(listen, polite=False))
    monkeypatch.setitem(shared._held, "board", board)
    pump = shared._held.pop("pump", None)
    if pump is not None:
        pump.stop()
    yield board
    shared._held.pop("pump").stop()
    board.close(20)


@pytest.mark.slow
def test_from_meshes_to_heat_maps(real_board, panel, meshes, tmp_path, scene):
    ui = panel.ui
    ui.projectLine.currentPath, ui.meshesLine.currentPath = str(tmp_path / "project"), str(meshes)
    for line in ("images", "particles", "config", "testImages", "truth", "export"):
        getattr(ui, f"{line}Line").currentPath = ""
    ui.countBox.value, ui.sizeBox.value = 256, 64
    assert do(panel, "check").startswith("5 meshes")
    assert "256 particles" in do(panel, "model")
    ui.samplesBox.value, ui.epochsBox.value, ui.batchBox.value = 3, 2, 4
    ui.tuneBox.checked = False
    ui.samplerBox.setCurrentIndex(1)
    ui.boxButton.click()
    ui.testImagesLine.currentPath = str(tmp_path / "project" / "model" / "images")
    for name in NAMES:
        do(panel, name)
    assert finished(panel) and len(panel.widget.desk.results.specimens) == 5
    worst = panel.widget.desk.results.current
    shown = model(scene, f"{worst.name} predicted")
    # Two epochs give hardly more than the mean shape, which is off by a tenth of a millimetre or so.
    assert 0.01 < worst.figures["symmetric_mean"] < 0.6
    signed = panel.widget.desk.heat.values(panel.widget.desk.heat_choices)
    assert signed.min() < 0 < signed.max() and len(signed) == shown.GetPolyData().GetNumberOfPoints()
    do(panel, "modes")
    before = points_of(model(scene, "Shape of the modes"))
    ui.mode1Slider.value = 2.0
    moved = np.linalg.norm(points_of(model(scene, "Shape of the modes")) - before, axis=1)
    assert 0.02 < moved.mean() < 3
    ui.exportLine.currentPath = str(tmp_path / "out")
    assert do(panel, "export") == "5 meshes and 5 landmark files written."
    assert (tmp_path / "out" / f"{worst.name}.mrk.json").is_file()
    take_pictures(panel, scene, worst.name)


def take_pictures(panel, scene, name):
    """Keep pictures where CRANIOMARK_SCREENSHOTS names a folder."""
    folder = os.environ.get("CRANIOMARK_SCREENSHOTS", "")
    if not folder:
        return
    ui, place = panel.ui, Path(folder)
    for line, text in (("project", "~/skulls/shapes"), ("meshes", "~/skulls/meshes")):
        getattr(ui, f"{line}Line").blockSignals(True)
        getattr(ui, f"{line}Line").currentPath = text
    ui.dataSection.collapsed, ui.analysisSection.collapsed = True, False
    ui.placeBox.setCurrentIndex(1)
    panel.widget.message.clear()
    double.grab(panel.parent, place / "DeepSSMModule-analysis.png")
    ui.analysisSection.collapsed, ui.modesSection.collapsed = True, False
    double.grab(panel.parent, place / "DeepSSMModule-modes.png")
    rendered(scene, place / "DeepSSMModule-heat.png", [f"{name} predicted", f"{name} true"], title="mm")
