"""The steps from data to export: each control reaches the child, and what it tells reaches the panel."""

import json

import numpy as np
import pytest
from seeing import WAIT, begin, choose_project, do, finished, message

import double

SECTIONS = ("data", "augment", "train", "test", "analysis", "modes", "export", "predict")


def test_the_panel_as_it_opens(panel):
    ui = panel.ui
    folded = [name for name in SECTIONS if getattr(ui, f"{name}Section").collapsed]
    assert folded == [name for name in SECTIONS if name != "data"]
    assert ui.tuneBox.checked and not ui.doubtBox.checked and ui.frameBox.checked
    assert ui.skullSelector.noneEnabled and ui.roiSelector.noneEnabled
    assert not ui.skullSelector.addEnabled and not ui.skullSelector.removeEnabled
    assert ui.skullSelector.renameEnabled
    for what in ("add", "remove", "rename"):
        assert getattr(ui.roiSelector, f"{what}Enabled"), f"{what} a box"
    for name in (
        "check",
        "model",
        "augment",
        "prepare",
        "train",
        "test",
        "analyze",
        "export",
        "modes",
        "box",
    ):
        button = getattr(ui, f"{name}Button")
        assert button.toolTip and (name == "box" or not button.enabled), name
    for name in (
        "progressBar",
        "cancelButton",
        "statusLabel",
        "messageLabel",
        "scoresTable",
        "specimenTable",
    ):
        assert getattr(ui, name).isHidden(), name
    assert not ui.pauseButton.enabled and not ui.progressBar.textVisible
    labels = (
        "augmentHint",
        "modesHint",
        "vertexLabel",
        "shareLabel",
        "statusLabel",
        "messageLabel",
        "shapeModelCard",
    )
    for name in labels:
        assert getattr(ui, name).wordWrap, name


def test_help_and_acknowledgement(panel):
    import slicer

    module = slicer.modules.deepssmmodule
    assert (
        "DeepSSM" in module.helpText and "Signed" in module.helpText and "cite" in module.acknowledgementText
    )
    assert module.categories == ["Morphometrics"] and module.title == "DeepSSMModule"


def test_data_are_checked(panel, tmp_path, project):
    assert do(panel, "check") == "1 folders: no fault was found."
    for name in ("images", "particles"):
        (tmp_path / name).mkdir()
        getattr(panel.ui, f"{name}Line").currentPath = str(tmp_path / name)
    assert do(panel, "check") == "3 folders: no fault was found."


def test_a_shape_model_is_made_as_asked_for(panel, project):
    panel.ui.countBox.value, panel.ui.sizeBox.value = 512, 72
    assert do(panel, "model").startswith("512 particles")
    assert json.loads((project / "model" / "asked.json").read_text()) == [512, 72, "image"]


def test_a_model_of_particles_alone(panel, project, tmp_path):
    (tmp_path / "sets").mkdir()
    panel.ui.meshesLine.currentPath, panel.ui.particlesLine.currentPath = "", str(tmp_path / "sets")
    do(panel, "model")
    assert json.loads((project / "model" / "asked.json").read_text()) == [1024, 0, "procrustes"]


def test_augmentation_is_asked_for_and_shown(panel, project, scene):
    do(panel, "model")
    ui = panel.ui
    ui.augmentSection.collapsed = False
    ui.samplesBox.value, ui.percentBox.value, ui.seedBox.value = 7, 90.0, 3
    assert not ui.mixtureBox.enabled and not ui.scoresButton.enabled
    ui.samplerBox.setCurrentIndex(2)
    assert ui.mixtureBox.enabled
    ui.mixtureBox.value = 4
    assert do(panel, "augment") == "7 shapes by Mixture, 90 %, 4, seed 3."
    table = ui.scoresTable.mrmlTableNode().GetTable()
    assert not ui.scoresTable.isHidden() and table.GetNumberOfRows() == 12
    kinds = [table.GetColumn(1).GetValue(row) for row in range(12)]
    assert kinds == ["real"] * 5 + ["generated"] * 7 and table.GetNumberOfColumns() == 6


def test_scores_come_and_go_with_their_section(panel, project, scene):
    assert panel.ui.scoresTable.mrmlScene() == scene
    section, table = panel.ui.augmentSection, panel.ui.scoresTable
    section.collapsed = False
    assert table.isHidden(), "there are none yet"
    section.collapsed = True
    do(panel, "model")
    do(panel, "augment")
    assert table.isHidden()
    section.collapsed = False
    assert not table.isHidden()
    section.collapsed = True
    assert table.isHidden()


def test_scores_are_plotted_mode_by_mode(panel, project, scene):
    from seeing import chart

    do(panel, "model")
    do(panel, "augment")
    ui = panel.ui
    assert ui.acrossBox.maximum == ui.upBox.maximum == 3
    ui.acrossBox.value, ui.upBox.value = 3, 1
    ui.scoresButton.click()
    node = chart(scene, "Real and generated shapes")
    assert node.GetXAxisTitle() == "mode 3, mm" and node.GetYAxisTitle() == "mode 1, mm"
    assert node.GetNumberOfPlotSeriesNodes() == 2
    names = {node.GetNthPlotSeriesNode(n).GetName() for n in range(2)}
    assert names == {"real", "generated"}
    ui.acrossBox.value = 2
    ui.scoresButton.click()
    assert node.GetXAxisTitle() == "mode 2, mm" and chart(scene, "Real and generated shapes") is node


def test_images_are_prepared_in_the_box(panel, project, scene):
    do(panel, "model")
    do(panel, "augment")
    ui = panel.ui
    ui.boxButton.click()
    node = ui.roiSelector.currentNode()
    assert node is not None and node.IsA("vtkMRMLMarkupsROINode")
    ui.batchBox.value, ui.downBox.value = 4, 0.5
    do(panel, "prepare")
    told = json.loads((project / "loaders" / "loader.json").read_text())
    assert told["batch"] == 4 and told["down"] == 0.5
    points = np.loadtxt(project / "model" / "mean.particles")  # about (1, 2, 3), LPS
    assert told["box"] == pytest.approx([*(points.min(axis=0) - 1), *(points.max(axis=0) + 1)], abs=1e-3)
    ui.roiSelector.setCurrentNode(None)
    do(panel, "prepare")
    assert json.loads((project / "loaders" / "loader.json").read_text())["box"] == []


def test_the_box_is_made_of_chosen_particles_and_used_again(panel, project, tmp_path, scene):
    sets = tmp_path / "sets"
    sets.mkdir()
    (sets / "a.particles").write_text("0 0 0\n10 0 0\n0 20 0\n0 0 30\n")
    panel.ui.particlesLine.currentPath = str(sets)
    panel.ui.boxButton.click()
    node = panel.ui.roiSelector.currentNode()
    bounds = [0.0] * 6
    node.GetRASBounds(bounds)
    assert bounds == pytest.approx([-11, 1, -21, 1, -1, 31])
    panel.ui.boxButton.click()
    assert scene.GetNumberOfNodesByClass("vtkMRMLMarkupsROINode") == 1


def test_fields_become_a_config(panel, project):
    for name in ("model", "augment", "prepare"):
        do(panel, name)
    ui = panel.ui
    ui.epochsBox.value, ui.rateBox.value = 40, 0.002
    ui.lossBox.setCurrentIndex(1)
    ui.tuneBox.checked, ui.doubtBox.checked = False, True
    do(panel, "train")
    told = json.loads((project / "deepssm.json").read_text())
    assert told["trainer"]["epochs"] == 40 and told["trainer"]["learning_rate"] == 0.002
    assert told["loss"]["function"] == "Focal" and not told["fine_tune"]["enabled"]
    assert not told["encoder"]["deterministic"] and told["num_latent_dim"] == 3
    assert not told["tl_net"]["enabled"]
    ui.networkBox.setCurrentIndex(1)
    assert not ui.tuneBox.enabled and not ui.doubtBox.enabled
    do(panel, "train")
    told = json.loads((project / "deepssm.json").read_text())
    assert told["tl_net"]["enabled"] and told["encoder"]["deterministic"] and told["model_name"] == "tl"


def test_a_config_of_the_users_own_takes_the_place_of_the_fields(panel, project, tmp_path):
    own = tmp_path / "mine.json"
    own.write_text(json.dumps({"model_name": "mine", "paths": {"out_dir": str(tmp_path / "nets")}}))
    panel.ui.configLine.currentPath = str(own)
    for name in ("network", "loss", "epochs", "rate"):
        assert not getattr(panel.ui, f"{name}Box").enabled, name
    assert do(panel, "train") == "Trained mine." and not (project / "deepssm.json").exists()


def test_a_training_is_watched_paused_and_gone_on_with(panel, project, scene, slicer):
    for name in ("model", "augment", "prepare"):
        do(panel, name)
    ui, work = panel.ui, panel.widget.desk.work
    assert ui.trainButton.text == "Train"
    begin(panel, "train")
    assert double.settle(lambda: ui.progressBar.value > 200, WAIT)
    assert "Training: Base" in ui.statusLabel.text and "left" in ui.statusLabel.text
    ui.lossesButton.click()
    from craniomark.desktop.losses import chart_of

    assert chart_of(scene).GetNumberOfPlotSeriesNodes() == 2 and chart_of(scene).GetTitle() == "Base"
    assert ui.pauseButton.enabled and not ui.trainButton.enabled
    ui.pauseButton.click()
    assert double.settle(lambda: work.paused, WAIT)
    assert ui.trainButton.text == "Go on training" and "paused" in ui.statusLabel.text
    do(panel, "check")
    begin(panel, "train")
    assert finished(panel) and message(panel) == ("note", "Trained base.")
    assert {part for part, _ in work.curves} == {"Base", "Fine_Tuning"}
    steps = [step for step, _ in work.curves["Base", "loss/scores"]]
    assert steps == sorted(set(steps)) and steps[0] == 0, "it began anew"
    assert ui.partBox.count == 2 and ui.partBox.enabled
    ui.partBox.setCurrentIndex(0)
    assert chart_of(scene).GetTitle() == "Base"
    ui.partBox.setCurrentIndex(1)
    assert chart_of(scene).GetTitle() == "Fine_Tuning"


def test_the_losses_of_an_earlier_training_are_shown_stage_by_stage(panel, project, scene, slicer):
    from craniomark.desktop.losses import chart_of

    for name in ("model", "augment", "prepare", "train"):
        do(panel, name)
    for stage in ("Base", "Fine_Tuning"):
        run = project / "networks" / "base" / "runs" / stage
        run.mkdir(parents=True)
        (run / "state.json").write_text(json.dumps({"status": "done", "step": 1, "of": 1}))
        point = {"event": "metric", "name": "loss/scores", "step": 1, "value": 0.5}
        (run / "metrics.jsonl").write_text(json.dumps(point) + "\n")
    slicer.util.reloadScriptedModule("DeepSSMModule")
    fresh = slicer.modules.deepssmmodule.widgetRepresentation().self()
    fresh.ui.lossesButton.click()
    for row, name in enumerate(("Base", "Fine_Tuning")):
        fresh.ui.partBox.setCurrentIndex(row)
        assert chart_of(scene).GetTitle() == name


def test_a_paused_training_is_dropped_by_cancel(panel, project):
    for name in ("model", "augment", "prepare"):
        do(panel, name)
    begin(panel, "train")
    assert double.settle(lambda: panel.ui.progressBar.value > 50, WAIT)
    panel.ui.pauseButton.click()
    assert double.settle(lambda: panel.widget.desk.work.paused, WAIT)
    assert not panel.ui.cancelButton.isHidden()
    panel.ui.cancelButton.click()
    assert not panel.widget.desk.work.paused and panel.ui.trainButton.text == "Train"


def test_losses_before_there_are_any(panel, project):
    panel.ui.lossesButton.click()
    assert message(panel)[0] == "note" and "no curves yet" in message(panel)[1]


def test_testing_asks_for_images_and_an_ensemble(panel, trained, tmp_path):
    (tmp_path / "new").mkdir()
    others = [tmp_path / "one.json", tmp_path / "two.json"]
    for other in others:
        other.write_text("{}")
    panel.ui.testImagesLine.currentPath = str(tmp_path / "new")
    panel.ui.membersEdit.text = "; ".join(map(str, others))
    assert do(panel, "test") == "3 shapes predicted of 1 folders by 3 networks."


def test_analysis_takes_the_meshes_or_other_truth(panel, trained, tmp_path):
    (trained / "model" / "shape_model.json").write_text("{}")
    do(panel, "analyze")
    told = json.loads((trained / "analysis" / "asked.json").read_text())
    assert told == [str(tmp_path / "meshes"), str(trained / "model")]
    (tmp_path / "masks").mkdir()
    panel.ui.truthLine.currentPath = str(tmp_path / "masks")
    panel.ui.frameBox.checked = False
    do(panel, "analyze")
    assert json.loads((trained / "analysis" / "asked.json").read_text()) == [str(tmp_path / "masks"), "None"]


def test_exports_are_asked_for(panel, analysed, tmp_path):
    ui = panel.ui
    ui.exportLine.currentPath = str(tmp_path / "out")
    assert do(panel, "export") == "Written as vtp, landmarks True."
    ui.formatBox.setCurrentIndex(3)
    assert do(panel, "export") == "Written as nothing, landmarks True."
    ui.landmarksBox.checked = False
    begin(panel, "export")
    assert message(panel) == ("fault", "Export: files is none: choose meshes, landmarks, or both.")
    ui.formatBox.setCurrentIndex(1)
    assert do(panel, "export") == "Written as ply, landmarks False."


def test_folders_and_numbers_are_kept(panel, project, slicer):
    panel.ui.epochsBox.value = 33
    do(panel, "check")
    slicer.util.reloadScriptedModule("DeepSSMModule")
    fresh = slicer.modules.deepssmmodule.widgetRepresentation().self()
    assert fresh.ui.projectLine.currentPath == str(project) and fresh.ui.epochsBox.value == 33


@pytest.mark.parametrize(
    ("widget", "name", "value"),
    [
        ("countBox", "particleCount", 512), ("sizeBox", "imageSize", 80), ("samplesBox", "samples", 42),
        ("percentBox", "percent", 88.0), ("mixtureBox", "mixture", 3), ("seedBox", "seed", 9),
        ("downBox", "downFactor", 0.5), ("batchBox", "batchSize", 6), ("epochsBox", "epochs", 31),
        ("rateBox", "learningRate", 0.004), ("mostBox", "colourEnd", 0.7), ("thresholdBox", "threshold", 0.2),
        ("opacitySlider", "opacity", 0.8),
    ],
)  # fmt: skip
def test_numbers_lie_in_the_scene(panel, widget, name, value):
    getattr(panel.ui, widget).value = value
    assert getattr(panel.widget.logic.getParameterNode(), name) == pytest.approx(value)


@pytest.mark.parametrize(
    ("widget", "name"),
    [
        ("tuneBox", "fineTune"), ("doubtBox", "stochastic"), ("frameBox", "modelFrame"),
        ("signedBox", "signedErrors"), ("landmarksBox", "exportLandmarks"),
    ],
)  # fmt: skip
def test_ticks_lie_in_the_scene(panel, widget, name):
    box = getattr(panel.ui, widget)
    for wanted in (not box.checked, box.checked):
        box.checked = wanted
        assert getattr(panel.widget.logic.getParameterNode(), name) == wanted


def test_another_project(panel, project, tmp_path):
    do(panel, "model")
    other = choose_project(panel, tmp_path, "another")
    begin(panel, "modes")
    assert message(panel)[0] == "fault" and str(other) in message(panel)[1]
