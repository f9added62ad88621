"""Pictures of the panel in its states; kept where CRANIOMARK_SCREENSHOTS names a folder."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from looking import WAIT, finished

import double


@pytest.fixture
def folder(tmp_path):
    named = os.environ.get("CRANIOMARK_SCREENSHOTS", "")
    return Path(named) if named else tmp_path


@pytest.fixture
def take(panel, folder):
    def take_(name):
        path = double.grab(panel.parent, folder / f"AutoOrient-{name}.png")
        assert path.stat().st_size > 5000
        return path

    return take_


@contextmanager
def neat_folders(ui):
    """Show folders as users name them, not those of the tests."""
    data, out = ui.trainData.currentPath, ui.trainOut.currentPath
    lines = (ui.trainData, ui.trainOut)
    for line in lines:  # another output folder would forget a training that ends meanwhile
        line.blockSignals(True)
    ui.trainData.currentPath, ui.trainOut.currentPath = "~/skulls", "~/skulls/training"
    yield
    ui.trainData.currentPath, ui.trainOut.currentPath = data, out
    for line in lines:
        line.blockSignals(False)


def test_pictures_of_orienting(panel, volume, make_volume, take, tmp_path):
    take("empty")
    panel.ui.inputSelector.pick(volume)
    slow = tmp_path / "slow"
    slow.mkdir()
    panel.widget._parameters.model = str(slow)
    panel.ui.orientButton.click()
    assert double.settle(lambda: panel.ui.progressBar.value > 50, WAIT)
    take("at-work")
    panel.ui.cancelButton.click()
    assert finished(panel)
    panel.widget._parameters.model = ""
    panel.ui.orientButton.click()
    assert finished(panel)
    take("done")
    panel.widget._parameters.model = "~/models/rat-skull"
    panel.ui.orientButton.click()
    take("fault")
    panel.widget._parameters.model = ""
    make_volume("specimen 2")
    panel.ui.scanSection.collapsed = True
    panel.ui.manySection.collapsed = panel.ui.keepSection.collapsed = False
    panel.ui.sceneButton.click()
    assert finished(panel)
    assert double.settle(lambda: panel.ui.resultTable.visible, WAIT)
    double.settle(lambda: False, 0.3)  # for the columns
    take("several")


def test_pictures_of_registering_and_masks(panel, make_volume, take):
    fixed, moving = make_volume("atlas skull"), make_volume("specimen 2")
    for section in ("scan", "correct"):
        getattr(panel.ui, f"{section}Section").collapsed = True
    panel.ui.registerSection.collapsed = False
    panel.ui.inputSelector.pick(moving)
    panel.ui.fixedSelector.pick(fixed)
    panel.ui.registerButton.click()
    assert finished(panel)
    panel.ui.beforeSlider.value = 60
    take("registered")
    panel.ui.registerSection.collapsed, panel.ui.maskSection.collapsed = True, False
    panel.ui.maskButton.click()
    assert finished(panel)
    take("bone-mask")


def test_pictures_of_training(panel, take, tmp_path, folder, slicer):
    for section in ("scan", "correct"):
        getattr(panel.ui, f"{section}Section").collapsed = True
    panel.ui.trainSection.collapsed = False
    train = panel.widget.trainPanel
    (tmp_path / "data").mkdir()
    train.ui.trainData.currentPath = str(tmp_path / "data")
    train.ui.trainOut.currentPath = str(tmp_path / "out")
    train.ui.trainCheck.click()
    assert double.settle(lambda: train.presenter.checking.ended, WAIT)
    with neat_folders(train.ui):
        take("train-checked")
    train.ui.trainStart.click()
    assert double.settle(lambda: train.presenter.job.fraction > 0.4, WAIT)
    with neat_folders(train.ui):
        take("train")
    assert double.settle(lambda: train.ui.trainShowPlot.enabled, WAIT)
    train.ui.trainShowPlot.click()
    double.grab(slicer.app.layoutManager().plotWidget(0), folder / "AutoOrient-losses.png")
    train.ui.trainStop.click()
    assert double.settle(lambda: train.presenter.job.ended, WAIT)
