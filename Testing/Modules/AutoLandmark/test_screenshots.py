"""Pictures of the panel in its states; kept where CRANIOMARK_SCREENSHOTS names a folder."""

import os
from pathlib import Path

import numpy as np
import pytest
from watching import WAIT, drag, finished, use

import double

SECTIONS = ("scan", "options", "review", "export", "repeat", "many", "train")


@pytest.fixture
def folder(tmp_path):
    named = os.environ.get("CRANIOMARK_SCREENSHOTS", "")
    return Path(named) if named else tmp_path


@pytest.fixture
def shown(panel, tmp_path, monkeypatch):
    """The panel with folders that a user might have, and not those of a test."""
    (tmp_path / "CranioMark").mkdir()
    monkeypatch.chdir(tmp_path)
    panel.ui.resultsLine.currentPath = "CranioMark"
    yield panel
    panel.widget.desk.review.close()


@pytest.fixture
def take(shown, folder):
    def take_(name, *sections):
        for section in SECTIONS:
            getattr(shown.ui, f"{section}Section").collapsed = section not in sections
        path = double.grab(shown.parent, folder / f"AutoLandmark-{name}.png")
        assert path.stat().st_size > 5000
        return path

    return take_


@pytest.fixture
def reviewed(pictures, shown, volume):
    """The panel at a point under review, with its picture."""
    del pictures
    shown.ui.inputSelector.pick(volume)
    shown.ui.predictButton.click()
    assert finished(shown)
    assert double.settle(lambda: not shown.ui.pictureLabel.isHidden(), 120)
    return shown


def test_pictures_of_predicting(shown, volume, take, tmp_path, scene):
    take("empty", "scan", "review")
    shown.ui.inputSelector.pick(volume)
    use(shown, tmp_path, "slow")
    shown.ui.predictButton.click()
    assert double.settle(lambda: shown.ui.progressBar.value > 50, WAIT)
    take("at-work", "scan", "options")
    shown.ui.cancelButton.click()
    assert finished(shown)
    shown.widget._parameters.model = "my-model"
    shown.ui.predictButton.click()
    take("fault", "scan")
    shown.widget._parameters.model = ""


def test_pictures_of_a_review(reviewed, take, tmp_path):
    ui = reviewed.ui
    take("review", "review")
    drag(reviewed, "2", 2.4, 1.2, 1.0)
    ui.noteLine.text = "tip is chipped"
    ui.noteLine.editingFinished.emit()
    ui.acceptButton.click()
    ui.modeBox.setCurrentIndex(1)
    ui.observerLine.text = "Ben"
    ui.openButton.click()
    ui.othersBox.activated.emit(1)
    assert double.settle(lambda: not ui.pictureLabel.isHidden(), 60)
    take("observers", "review")
    (tmp_path / "tables").mkdir()
    ui.exportLine.currentPath = "tables"
    ui.exportButton.click()
    take("export", "export")


def test_pictures_of_repeatability(reviewed, take):
    ui = reviewed.ui
    for _ in range(4):
        ui.acceptButton.click()
    ui.modeBox.setCurrentIndex(2)
    ui.openButton.click()
    take("blind", "review")
    session = reviewed.widget.desk.review.session
    for number, place in (("1", (1.06, 1.0, 0.98)), ("2", (1.9, 1.05, 1.0)), ("3", (1.0, 2.03, 1.04))):
        session.move(number, place)
    ui.repeatButton.click()
    assert finished(reviewed)
    take("repeatability", "repeat")


def test_pictures_of_many_scans(shown, volume, take, tmp_path, slicer):
    (tmp_path / "scans").mkdir()
    for name in ("B6-014", "B6-015", "empty holder", "D2-003", "D2-007"):
        assert slicer.util.saveNode(volume, str(tmp_path / "scans" / f"{name}.nrrd"))
    ui = shown.ui
    ui.folderLine.currentPath = "scans"
    use(shown, tmp_path, "brief")
    ui.folderButton.click()
    lines = shown.widget.desk.folder
    assert double.settle(lambda: sum(row.state == "done" for row in lines.rows) > 1, WAIT)
    take("folder", "many")
    ui.pauseButton.click()
    assert double.settle(lambda: lines.paused, WAIT)
    take("folder-paused", "many")
    ui.pauseButton.click()
    assert finished(shown)
    assert double.settle(lambda: np.all([row.look for row in lines.rows]), 60)
    take("folder-done", "many")


def test_pictures_of_training(shown, take, tmp_path, folder, slicer):
    train = shown.widget.trainPanel
    (tmp_path / "reviewed skulls").mkdir()
    train.ui.trainData.currentPath = "reviewed skulls"
    train.ui.trainOut.currentPath = "my model"
    train.ui.trainStart.click()
    assert double.settle(lambda: train.presenter.job is not None and train.presenter.job.fraction > 0.4, WAIT)
    take("train", "train")
    train.ui.trainShowPlot.click()
    double.grab(slicer.app.layoutManager().plotWidget(0), folder / "AutoLandmark-losses.png")
    train.ui.trainStop.click()
    assert double.settle(lambda: train.presenter.job.ended, WAIT)
