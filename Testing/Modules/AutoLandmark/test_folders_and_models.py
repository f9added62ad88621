"""AutoLandmark on the double: folders of scans, trainings and the models that they make."""

import pytest
from watching import finished, message, scans, session

import double


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def settled(panel, state):
    return double.settle(lambda: scans(panel) == [(name, state, "1 doubtful") for name in "ab"], 60)


def test_a_folder_of_scans_and_the_next_specimen(panel, slicer, tmp_path, volume, results):
    given = tmp_path / "scans"
    given.mkdir()
    for name in ("a", "b"):
        assert slicer.util.saveNode(volume, str(given / f"{name}.nrrd"))
    panel.ui.folderLine.currentPath = str(given)
    panel.ui.folderButton.click()
    assert not panel.ui.folderButton.enabled and finished(panel)
    assert "2 done" in message(panel)[1] and (results / "b.csv").exists()
    panel.ui.specimenButton.click()
    assert finished(panel)
    assert session(panel).id == "a" and panel.ui.inputSelector.currentNode().GetName().startswith("a")
    panel.ui.specimenButton.click()
    assert finished(panel) and session(panel).id == "b"
    double.vtk_errors[:] = [one for one in double.vtk_errors if "invalid Colors module logic" not in one]
    panel.ui.resumeBox.checked = True
    panel.ui.folderButton.click()
    assert finished(panel) and settled(panel, "kept from before")
    panel.ui.resumeBox.checked = False
    panel.ui.folderButton.click()
    assert finished(panel) and settled(panel, "done")


def test_reviewed_specimens_become_the_data_of_a_training(predicted, tmp_path):
    ui = predicted.ui
    ui.setLine.currentPath = str(tmp_path / "set")
    ui.useReviewedButton.click()
    assert finished(predicted)
    assert message(predicted)[0] == "fault" and "review all points" in message(predicted)[1]
    for _ in range(4):
        ui.acceptButton.click()
    ui.useReviewedButton.click()
    assert finished(predicted)
    path = tmp_path / "set" / "specimens.csv"
    assert "skull.nrrd" in path.read_text() and message(predicted)[0] == "note"
    assert predicted.widget.trainPanel.presenter.choices.data == str(path)


def test_a_model_that_was_trained_is_chosen(panel, tmp_path):
    train = panel.widget.trainPanel
    (tmp_path / "data").mkdir()
    train.ui.trainData.currentPath, train.ui.trainOut.currentPath = (
        str(tmp_path / "data"),
        str(tmp_path / "out"),
    )
    train.ui.trainStart.click()
    assert double.settle(lambda: train.ui.trainUse.enabled, 120)
    train.ui.trainUse.click()
    assert panel.ui.modelBox.currentText.startswith("my-skulls")
    assert panel.widget._parameters.model == str(tmp_path / "out" / "bundle" / "my-skulls")


def test_without_a_folder_of_results_nothing_is_made_of_them(panel):
    buttons = (panel.ui.specimenButton, panel.ui.repeatButton)
    assert all(button.enabled for button in buttons)
    panel.ui.resultsLine.currentPath = ""
    assert not any(button.enabled for button in buttons)
