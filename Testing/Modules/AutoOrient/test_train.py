"""The section "Train" on the double: each control reaches the child, and what it tells reaches the panel."""

import pytest
from looking import WAIT

import double


@pytest.fixture
def ui(panel, tmp_path):
    (tmp_path / "data").mkdir()
    train = panel.widget.trainPanel
    train.ui.trainData.currentPath = str(tmp_path / "data")
    train.ui.trainOut.currentPath = str(tmp_path / "out")
    panel.ui.trainSection.collapsed = False
    return train.ui


@pytest.fixture
def presenter(panel):
    return panel.widget.trainPanel.presenter


def ended(presenter):
    return double.settle(lambda: presenter.job is not None and presenter.job.ended, WAIT)


def at_step(presenter):
    return double.settle(lambda: presenter.job is not None and presenter.job.fraction > 0.1, WAIT)


def test_the_section_as_it_opens(ui):
    assert ui.trainAdvanced.collapsed and ui.trainLogBox.collapsed
    for name in ("trainIntroduction", "trainStatus", "trainMessage"):
        assert getattr(ui, name).wordWrap, name
    assert ui.trainFindings.readOnly and ui.trainLog.readOnly and not ui.trainWords.readOnly
    for name in ("trainFindings", "trainPart", "trainPartLabel", "trainMessage"):
        assert getattr(ui, name).isHidden(), name


def test_choices_reach_the_child(ui, presenter, tmp_path):
    ui.trainRecipe.setCurrentIndex(1)
    ui.trainTask.setCurrentIndex(1)
    ui.trainWords.plainText = "seed=3\nname=mine"
    ui.trainStart.click()
    request = presenter.job.request
    assert request.task == "orient" and request.words == ("recipe=default", "seed=3", "name=mine")
    assert (request.data, request.out) == (tmp_path / "data", tmp_path / "out")


def test_a_training_is_watched_paused_gone_on_with_and_used(panel, ui, presenter, scene):
    assert ui.trainStart.text == "Train everything" and not ui.trainPause.enabled
    ui.trainStart.click()
    assert not ui.trainStart.enabled and not ui.trainChoices.enabled
    assert at_step(presenter)
    assert 0 < ui.trainProgress.value < 1000 and "left" in ui.trainStatus.text
    ui.trainPause.click()
    assert double.settle(lambda: presenter.paused, WAIT)
    assert ui.trainStart.text == "Go on training" and ui.trainStatus.text.startswith("Paused")
    ui.trainStart.click()
    assert ended(presenter)
    assert "began at step" in ui.trainLog.plainText and ui.trainProgress.value == 1000
    assert ui.trainUse.enabled
    ui.trainUse.click()
    assert panel.widget.trainPanel.message.kind == "note"


def test_the_losses_are_plotted_each_term(panel, ui, presenter, scene):
    ui.trainStart.click()
    assert at_step(presenter)
    assert double.settle(lambda: ui.trainShowPlot.enabled, 60)
    ui.trainShowPlot.click()
    import slicer

    view = slicer.app.layoutManager().plotWidget(0).plotView()
    assert {name for name, _, points in view.curves() if points} == {"loss/total", "loss/point"}
    before = max(len(points) for _, _, points in view.curves())
    assert ended(presenter)
    assert max(len(points) for _, _, points in view.curves()) > before


def test_the_losses_of_each_network_can_be_looked_at(panel, ui, presenter, scene):
    import slicer

    ui.trainWords.plainText = "odd=parts"
    ui.trainStart.click()
    assert ended(presenter) and double.settle(lambda: ui.trainPart.count == 2, WAIT)
    assert not ui.trainPart.isHidden() and not ui.trainPartLabel.isHidden()
    ui.trainShowPlot.click()
    view = slicer.app.layoutManager().plotWidget(0).plotView()
    for row, names in ((0, {"loss/total", "loss/point"}), (1, {"loss/shape"})):
        ui.trainPart.setCurrentIndex(row)
        assert {name for name, _, points in view.curves() if points} == names
        assert presenter.view().part == presenter.view().parts[row]


def test_stop_ends_it_and_keeps_what_was_learned(ui, presenter, tmp_path):
    ui.trainStart.click()
    assert at_step(presenter)
    ui.trainStop.click()
    assert ended(presenter)
    assert ui.trainStatus.text.startswith("Stopped") and (tmp_path / "out" / "count").exists()
    assert ui.trainStart.enabled and not ui.trainStop.enabled


def test_check_shows_findings(ui, presenter):
    ui.trainCheck.click()
    assert double.settle(lambda: presenter.checking.ended, WAIT)
    assert not ui.trainFindings.isHidden()
    assert "a: landmark 3 is missing" in ui.trainFindings.plainText


def test_a_crash_is_told_with_its_last_lines(panel, ui, presenter):
    ui.trainWords.plainText = "odd=crash"
    ui.trainStart.click()
    assert ended(presenter)
    message = panel.widget.trainPanel.message
    assert message.kind == "fault" and "exit code 7" in message.text
    assert "the last words" in ui.trainMessage.text and ui.trainStart.enabled


def test_without_data_a_sentence(panel, ui, presenter):
    ui.trainData.currentPath = ""
    ui.trainStart.click()
    assert "choose the folder" in panel.widget.trainPanel.message.text and presenter.job is None


def test_a_closed_scene_does_not_stop_it(panel, ui, presenter, scene):
    ui.trainStart.click()
    assert at_step(presenter)
    scene.Clear(0)
    assert ended(presenter)
    assert presenter.job.state == "done"
    import slicer

    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLPlotChartNode") == 1


def test_a_reloaded_module_finds_the_training_again(panel, ui, presenter):
    import slicer

    ui.trainStart.click()
    assert at_step(presenter)
    slicer.util.reloadScriptedModule("AutoOrient")
    again = panel.widget.trainPanel
    assert again.presenter is presenter and again.ui.trainPause.enabled
    assert ended(presenter)
    assert again.ui.trainUse.enabled


def test_folders_are_remembered(panel, ui, tmp_path):
    import slicer

    slicer.util.reloadScriptedModule("AutoOrient")
    assert panel.widget.trainPanel.ui.trainData.currentPath == str(tmp_path / "data")
