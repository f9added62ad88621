"""A training started, watched, paused, gone on with, stopped and used from the panel, in the real child."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from looking import MODULE

import double

WAIT = 1800.0
PYTHON = Path(__file__).resolve().parents[2] / "Python"
CHILD = [sys.executable, str(PYTHON / "jobs" / "tiny_child.py")]
SHORT = ("folds=4", "loop.steps=60", "loop.warmup_steps=0", "loop.validate_every=20", "loop.metrics_every=2",
         "loop.device=cpu", "loop.tensorboard=false")  # fmt: skip
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def animals(tmp_path_factory):
    """Give a folder of landmarked scans, made elsewhere: this program stays without torch."""
    folder = tmp_path_factory.mktemp("animals")
    code = "import sys; from pathlib import Path; import synthetic_cohort as made; "
    code += "made.write_cohort(Path(sys.argv[1]), 5)"
    paths = [str(PYTHON.parents[1]), str(PYTHON / "flows"), str(PYTHON / "engine")]
    variables = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    subprocess.run([sys.executable, "-c", code, str(folder)], env=variables, check=True)
    return folder


@pytest.fixture
def train(boards, opened, monkeypatch, animals, tmp_path):
    """Give the section of the open panel, with data and an output folder chosen."""
    import SampleData
    from craniomark.desktop import requirements, shared
    from craniomark.desktop.board import JobBoard
    from craniomark.flows.jobs import JobClient

    monkeypatch.setattr(SampleData, "_craniomark", False, raising=False)
    monkeypatch.setattr(requirements, "_complete", set())
    board = JobBoard(lambda listen: JobClient(listen, python=CHILD, threads=1, polite=False))
    monkeypatch.setitem(shared._held, "board", board)
    shared._held.pop("training", None)
    shown = opened(MODULE)
    pump = shared._held["pump"]
    board.wake = pump.timer.start
    monkeypatch.setattr(pump, "_board", board)
    shown.ui.trainSection.collapsed = False
    section = shown.widget.trainPanel
    section.ui.trainData.currentPath, section.ui.trainOut.currentPath = str(animals), str(tmp_path / "run ü")
    yield section
    board.client.cancel_all()
    double.settle(lambda: not board.busy, 120)
    board.close(60.0)
    shared._held.pop("training", None)


def settled(train, condition):
    assert double.settle(lambda: condition() or train.presenter.job.ended, WAIT)
    assert condition(), (train.presenter.job.message, train.presenter.job.last_lines)


def curves_shown():
    import slicer

    view = slicer.app.layoutManager().plotWidget(0).plotView()
    return {name: points for name, _, points in view.curves() if points}


def test_one_network_is_trained_and_watched(train, scene, tmp_path):
    ui, presenter = train.ui, train.presenter
    ui.trainTask.setCurrentIndex(1)
    ui.trainWords.plainText = "\n".join(SHORT)
    assert ui.trainStart.text == "Train this network"
    ui.trainStart.click()
    settled(train, lambda: presenter.job.fraction > 0.1)
    assert 0 < ui.trainProgress.value < 1000 and "step" in ui.trainStatus.text
    settled(train, lambda: ui.trainShowPlot.enabled)
    ui.trainShowPlot.click()
    terms = {name for name in curves_shown() if name.startswith("loss/")}
    assert "loss/total" in terms and len(terms) > 1
    before = len(curves_shown()["loss/total"])

    ui.trainPause.click()
    settled(train, lambda: presenter.paused)
    assert ui.trainStatus.text.startswith("Paused") and ui.trainStart.text == "Go on training"
    scene.Clear(0)
    ui.trainStart.click()
    settled(train, lambda: presenter.job.state == "running" and presenter.job.fraction > 0.5)
    ui.trainShowPlot.click()
    assert double.settle(lambda: len(curves_shown().get("loss/total", ())) > before, 60)

    ui.trainStop.click()
    assert double.settle(lambda: presenter.job.ended, WAIT)
    assert ui.trainStatus.text.startswith("Stopped") and ui.trainStart.text == "Go on training"
    assert (tmp_path / "run ü" / "state.json").is_file()
    ui.trainStart.click()
    assert double.settle(lambda: presenter.job.ended, WAIT)
    assert presenter.job.state == "done" and ui.trainProgress.value == 1000
    assert (tmp_path / "run ü" / "weights.safetensors").is_file()


def test_the_data_is_checked_before(train):
    train.ui.trainCheck.click()
    assert double.settle(lambda: train.presenter.checking.ended, WAIT)
    assert train.ui.trainStatus.text.startswith("5 specimens, 16 landmarks, 0 problems")


def test_everything_is_trained_to_a_model_that_is_used(train, tmp_path):
    import slicer

    ui, presenter = train.ui, train.presenter
    ui.trainWords.plainText = "device=cpu\nname=tiny"
    ui.trainStart.click()
    settled(train, lambda: ui.trainPart.isVisible() and presenter.job.fraction > 0.3)
    slicer.util.reloadScriptedModule("AutoOrient")
    again = slicer.modules.AutoOrientWidget
    assert again.trainPanel.presenter is presenter and again.trainPanel.ui.trainStop.enabled
    assert double.settle(lambda: presenter.job.ended, WAIT)
    assert presenter.job.state == "done", (presenter.job.message, presenter.job.log[-3:])
    assert again.trainPanel.ui.trainUse.enabled
    again.trainPanel.ui.trainUse.click()
    assert "tiny is chosen" in again.trainPanel.message.text
    assert again._parameters.model == str(tmp_path / "run ü" / "bundle" / "tiny")
    assert again.ui.modelBox.currentText == "tiny" and "made from" not in again.ui.modelCard.text
