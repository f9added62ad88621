"""What goes wrong: a sentence in the panel, nothing lost, nothing frozen."""

import numpy as np
import pytest
from seeing import WAIT, begin, choose_project, do, finished, message, model, nothing_installed

import double
from fairness import fairly


@pytest.mark.parametrize(
    ("what", "words"), [("none", "number of shapes is 2: give at least 4"), ("crash", "exit code 7")]
)
def test_a_failure_is_a_sentence(panel, tmp_path, what, words):
    choose_project(panel, tmp_path, what)
    begin(panel, "model")
    assert finished(panel)
    assert message(panel)[0] == "fault" and words in message(panel)[1]
    if what == "crash":
        assert "the last words" in panel.ui.messageLabel.text
    assert panel.ui.modelButton.enabled and panel.ui.progressBar.isHidden()


def test_packages_that_can_not_be_installed(panel, project):
    nothing_installed()
    begin(panel, "model")
    assert message(panel)[0] == "fault" and "could not reach the index" in message(panel)[1]
    assert panel.ui.modelButton.enabled


def test_training_needs_further_packages(panel, project):
    do(panel, "model")
    before = len(double.calls.of("pip_check"))
    do(panel, "augment")
    asked = {str(one) for one in double.calls.of("pip_check")[before:]}
    assert any("matplotlib" in one for one in asked)


def test_a_package_that_is_gone_is_looked_for_anew(panel, tmp_path):
    from craniomark.desktop import requirements

    choose_project(panel, tmp_path, "no-torch")
    begin(panel, "model")
    assert finished(panel) and message(panel)[0] == "fault" and not requirements._complete


def test_cancel_keeps_what_was_made(panel, tmp_path):
    choose_project(panel, tmp_path, "slow")
    begin(panel, "model")
    assert double.settle(lambda: panel.ui.progressBar.value > 20, WAIT)
    assert "Shape model: carry" in panel.ui.statusLabel.text
    assert not panel.ui.augmentButton.enabled and not panel.ui.projectLine.enabled
    panel.ui.cancelButton.click()
    assert finished(panel) and message(panel) == ("note", "Stopped. What was made so far is kept.")
    assert panel.ui.cancelButton.isHidden() and panel.ui.projectLine.enabled


def test_a_scene_closed_in_the_middle_of_a_step(panel, tmp_path, scene):
    choose_project(panel, tmp_path, "slow")
    begin(panel, "model")
    assert double.settle(lambda: panel.ui.progressBar.value > 20, WAIT)
    scene.Clear(0)
    assert not panel.ui.cancelButton.isHidden(), "steps work on files, and go on"
    panel.ui.cancelButton.click()
    assert finished(panel)


def test_a_scene_closed_with_results_shown(panel, analysed, scene):
    do(panel, "modes")
    panel.ui.pickButton.click()
    panel.ui.histogramButton.click()
    panel.ui.boxButton.click()
    scene.Clear(0)
    ui = panel.ui
    assert not ui.pickButton.checked and ui.vertexLabel.text == "" and ui.positionLabel.text == ""
    assert not ui.nextButton.enabled and not ui.histogramButton.enabled
    panel.ui.loadResultsButton.click()
    assert finished(panel) and model(scene, "mouse b predicted")


def test_choices_after_a_scene_was_closed_are_those_of_the_new_one(panel, scene):
    scene.Clear(0)
    panel.ui.samplesBox.value = 77
    assert panel.widget.logic.getParameterNode().samples == 77


def test_a_scene_closed_while_meshes_are_read(panel, analysed, scene):
    panel.ui.nextButton.click()
    scene.Clear(0)
    assert finished(panel)
    assert model(scene, "mouse c predicted") is None


def test_the_module_is_reloaded_in_the_middle(panel, tmp_path, slicer):
    folder = choose_project(panel, tmp_path, "slow")
    begin(panel, "model")
    assert double.settle(lambda: panel.ui.progressBar.value > 20, WAIT)
    old = panel.widget
    slicer.util.reloadScriptedModule("DeepSSMModule")
    fresh = slicer.modules.deepssmmodule.widgetRepresentation().self()
    assert fresh is not old and fresh.ui.projectLine.currentPath == str(folder)
    assert double.settle(lambda: not old.desk.busy, WAIT)
    assert old.message.text == "", "a panel that is gone is told nothing"
    assert fresh.ui.modelButton.enabled


def test_models_deleted_by_hand(panel, analysed, scene):
    for name in ("mouse b predicted", "mouse b true"):
        scene.RemoveNode(model(scene, name))
    panel.ui.signedBox.checked = False
    panel.ui.nextButton.click()
    assert finished(panel) and model(scene, "mouse c predicted")


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("augment", "Images: folder is none"), ("prepare", "augment the data first"),
        ("train", "prepare the images first"), ("test", "train a network first"),
        ("export", "choose where files are written"),
    ],
)  # fmt: skip
def test_steps_taken_too_early(panel, project, step, words):
    begin(panel, step)
    assert message(panel)[0] == "fault" and words in message(panel)[1]


@pytest.mark.parametrize(
    ("line", "button", "words"),
    [("meshes", "check", "missing"), ("meshes", "model", "missing"), ("config", "train", "missing")],
)
def test_folders_that_are_not_there(panel, project, tmp_path, line, button, words):
    getattr(panel.ui, f"{line}Line").currentPath = str(tmp_path / "gone")
    begin(panel, button)
    assert message(panel)[0] == "fault" and "gone" in message(panel)[1] and words in message(panel)[1]


def test_a_file_for_a_project(panel, project, tmp_path):
    (tmp_path / "file").write_text("")
    panel.ui.projectLine.currentPath = str(tmp_path / "file")
    begin(panel, "model")
    assert message(panel)[0] == "fault" and "a file" in message(panel)[1]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"scores": "many"}'])
def test_prepared_images_that_can_not_be_read(panel, project, text):
    for name in ("model", "augment", "prepare"):
        do(panel, name)
    (project / "loaders" / "loader.json").write_text(text)
    begin(panel, "train")
    assert message(panel)[0] == "fault" and "prepare the images again" in message(panel)[1]


def test_a_config_without_paths(panel, project):
    (project / "deepssm.json").write_text("{}")
    panel.ui.lossesButton.click()
    assert message(panel)[0] == "fault" and "paths is missing" in message(panel)[1]


def test_a_box_without_a_size(panel, project, scene):
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "nothing")
    panel.ui.roiSelector.pick(node)
    begin(panel, "check")
    assert message(panel)[0] == "fault" and "without a size" in message(panel)[1]


def test_a_box_without_particles(panel, project):
    panel.ui.boxButton.click()
    assert message(panel)[0] == "fault" and "make the shape model first" in message(panel)[1]


def test_scores_that_can_not_be_read(panel, project, monkeypatch):
    from craniomark.desktop import score_plot

    do(panel, "model")

    def torn(*_arguments, **_more):
        raise ValueError("torn")

    monkeypatch.setattr(score_plot.np, "load", torn)
    begin(panel, "augment")
    assert finished(panel) and message(panel)[0] == "fault" and "augment the data again" in message(panel)[1]


def test_windows_go_on_while_specimens_come(panel, analysed, scene):
    panel.ui.pickButton.click()
    probe = scene.GetFirstNodeByName("Probe")
    probe.AddControlPoint(0, 0, 5)

    def leaf():
        with double.gaps() as gaps:
            for button in (panel.ui.nextButton, panel.ui.nextButton, panel.ui.previousButton):
                button.click()
                assert finished(panel)
            probe.SetNthControlPointPosition(0, 0, 0, float(np.random.default_rng(2).uniform(-5, 5)))
            panel.ui.thresholdBox.value = float(np.random.default_rng(1).uniform(0.05, 0.2))
            double.settle(lambda: False, 0.1)
            panel.ui.previousButton.click()
            assert finished(panel)
        return gaps

    fairly(leaf)


def test_a_module_without_its_library_says_so(panel, slicer):
    panel.widget.tellMissing(ImportError("no numpy"))
    assert "no numpy" in panel.ui.messageLabel.text
    assert panel.ui.dataSection.isHidden() and panel.ui.exportSection.isHidden()


def test_a_fault_while_stopping_is_a_sentence(panel, tmp_path, monkeypatch):
    choose_project(panel, tmp_path, "slow")
    begin(panel, "model")
    work = panel.widget.desk.work

    def torn():
        raise OSError(28, "No space left on device", "stop")

    monkeypatch.setattr(work, "cancel", torn)
    panel.ui.cancelButton.click()
    assert message(panel)[0] == "fault" and "No space left" in message(panel)[1]
    monkeypatch.undo()
    panel.ui.cancelButton.click()
    assert finished(panel)


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("choose_heat", lambda ui: ui.signedBox.toggle()),
        ("choose_heat", lambda ui: ui.opacitySlider.setProperty("value", 0.8)),
        ("choose_heat", lambda ui: ui.placeBox.setCurrentIndex(1)),
        ("choose_heat", lambda ui: ui.scalarBox.setCurrentIndex(1)),
        ("choose_heat", lambda ui: ui.thresholdBox.setProperty("value", 0.1)),
        ("choose_heat", lambda ui: ui.mostBox.setProperty("value", 0.4)),
        ("look_at", lambda ui: ui.specimenTable.selectRow(2)),
        ("curves", lambda ui: ui.partBox.setCurrentIndex(0)),
        ("move", lambda ui: ui.mode1Slider.setProperty("value", 1.0)),
        ("move", lambda ui: ui.resetButton.click()),
        ("probe", lambda ui: ui.pickButton.click()),
    ],
)
def test_a_fault_behind_any_control_is_a_sentence(panel, analysed, monkeypatch, name, act):
    do(panel, "modes")
    panel.ui.partBox.blockSignals(True)
    panel.ui.partBox.addItems(["one", "two"])
    panel.ui.partBox.setCurrentIndex(1)
    panel.ui.partBox.blockSignals(False)
    desk = panel.widget.desk

    def torn(*_arguments):
        raise OSError(28, "No space left on device", name)

    if name == "probe":
        monkeypatch.setattr(desk.probe, "begin", torn)
    else:
        monkeypatch.setattr(desk, name, torn)
    act(panel.ui)
    assert message(panel)[0] == "fault" and "No space left" in message(panel)[1]
    monkeypatch.undo()


def test_sample_data_are_offered(panel):
    assert double.calls.of("SampleDataLogic.registerCustomSampleDataSource")
