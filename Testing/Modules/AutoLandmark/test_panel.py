"""AutoLandmark on the double: each control has an effect in the scene, in a file, or on the child."""

import json
import shutil

import numpy as np
import pytest
from watching import drag, finished, message, place_of, points, rows, session, use

import double


@pytest.fixture
def chosen(panel, volume):
    panel.ui.inputSelector.pick(volume)
    return volume


@pytest.fixture
def results(tmp_path):
    return tmp_path / "results"


def test_a_panel_without_a_volume_offers_nothing_to_press(panel):
    for name in (
        "predict", "open", "close", "next", "previous", "accept", "missing", "undo", "redo", "snap",
        "place", "refine", "write", "folder", "export", "useReviewed", "restore", "pause",
    ):  # fmt: skip
        assert not getattr(panel.ui, f"{name}Button").enabled, name
    assert panel.ui.predictButton.toolTip == "Choose a volume first." and message(panel) == ("", "")


def test_the_panel_as_it_opens(panel, scene):
    ui = panel.ui
    sections = ("scan", "options", "review", "export", "repeat", "many", "train")
    assert [name for name in sections if not getattr(ui, f"{name}Section").collapsed] == ["scan", "review"]
    ticked = ("orient", "refine", "mirror", "all", "replace", "resume")
    assert [name for name in ticked if getattr(ui, f"{name}Box").checked] == ["orient", "refine", "resume"]
    for name in ("modelCard", "statusLabel", "messageLabel", "progressLabel", "definitionLabel"):
        assert getattr(ui, name).wordWrap, name
    for name in (
        "repeatTable",
        "folderTable",
        "reviewTable",
        "pictureLabel",
        "definitionLabel",
        "progressBar",
    ):
        assert getattr(ui, name).isHidden(), name
    selector = ui.inputSelector
    assert selector.mrmlScene() is scene and ui.repeatTable.mrmlScene() is scene
    assert selector.noneEnabled and selector.renameEnabled
    assert not selector.addEnabled and not selector.removeEnabled
    assert ui.limitBox.value == 0.0 and ui.limitBox.text == "flagged points only"


def test_a_table_of_labels_or_colours_is_not_offered(panel, scene):
    for kind in ("vtkMRMLLabelMapVolumeNode", "vtkMRMLVectorVolumeNode"):
        scene.AddNewNodeByClass(kind)
    assert panel.ui.inputSelector.nodeCount() == 0


def test_help_samples_and_card(panel):
    assert panel.module.categories == ["Morphometrics"] and "tutorial" in panel.module.helpText
    assert double.calls.of("SampleDataLogic.registerCustomSampleDataSource")
    assert "mouse-skull" in panel.ui.modelCard.text


def test_keys_are_those_that_the_tooltips_tell(panel):
    keys = {"previous": "P", "next": "N", "accept": "A", "missing": "M", "undo": "U", "redo": "R"}
    for name, key in (keys | {"snap": "B", "place": "D"}).items():
        button = getattr(panel.ui, f"{name}Button")
        assert button.shortcut.toString() == key and f"({key})" in button.toolTip


def test_predict_shows_points_table_and_the_most_doubtful_one(predicted, results):
    kind, text = message(predicted)
    assert kind == "doubt" and "4 landmarks are predicted; 1 doubtful, 1 missing" in text
    assert rows(predicted)[0][:3] == ("2", "0.60", "look") and rows(predicted)[1][0] == "4"
    assert session(predicted).current == "2" and "Landmark 2" in predicted.ui.definitionLabel.text
    assert np.allclose(place_of(predicted, "1"), [1, 1, 1])
    assert {"skull.csv", "skull.mrk.json", "skull.json", "skull.nrrd"} <= {p.name for p in results.iterdir()}
    assert not [path for path in results.iterdir() if path.name.startswith(".predicting")]


def test_options_and_model_reach_the_child(panel, chosen, monkeypatch):
    from craniomark.desktop import shared

    asked, ask = [], shared.board().ask
    monkeypatch.setattr(shared.board(), "ask", lambda *given: asked.append(given[0]) or ask(*given))
    ui = panel.ui
    ui.modelBox.setCurrentIndex(ui.modelBox.findText("mouse-skull"))
    ui.orientBox.checked, ui.refineBox.checked, ui.mirrorBox.checked = False, False, True
    ui.predictButton.click()
    assert finished(panel)
    (request,) = asked
    assert (request.orient, request.refine, request.mirror) == (False, False, True)
    assert request.model.endswith("mouse-skull")


@pytest.mark.parametrize("changed", ["orient", "refine", "mirror"])
def test_each_option_is_one_of_its_own(panel, changed):
    before = panel.widget.options()
    getattr(panel.ui, f"{changed}Box").click()
    after = panel.widget.options()
    differing = [name for name in vars(before) if getattr(before, name) != getattr(after, name)]
    assert differing == [changed]


def test_a_folder_to_write_to_is_enough_to_write(predicted, tmp_path):
    for line, button in (
        (predicted.ui.exportLine, "exportButton"),
        (predicted.ui.setLine, "useReviewedButton"),
    ):
        assert not getattr(predicted.ui, button).enabled
        line.currentPath = str(tmp_path / "made")
        assert getattr(predicted.ui, button).enabled
        line.currentPath = ""
        assert not getattr(predicted.ui, button).enabled


def test_points_follow_the_volume_and_results_stay_in_its_frame(panel, chosen, scene, slicer, results):
    pose = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "pose")
    pose.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(np.diag([-1.0, 1.0, 1.0, 1.0])))
    chosen.SetAndObserveTransformNodeID(pose.GetID())
    panel.ui.predictButton.click()
    assert finished(panel) and points(panel).GetParentTransformNode() is pose
    assert np.allclose(place_of(panel, "1"), [1, 1, 1])
    header = (results / "skull.nrrd").read_bytes()[:400].decode("latin1")
    assert "space directions: (0.5,0.0,0.0)" in header.replace("-0.0", "0.0")


def test_points_go_with_a_volume_that_is_turned_during_the_review(predicted, volume, scene, slicer):
    pose = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "pose")
    pose.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(np.diag([-1.0, 1.0, 1.0, 1.0])))
    with double.timed("a volume turned"):
        volume.SetAndObserveTransformNodeID(pose.GetID())
    assert points(predicted).GetParentTransformNode() is pose
    drag(predicted, "2", 2.5, 1.5, 1.0)
    assert np.allclose(place_of(predicted, "2"), [2.5, 1.5, 1.0])


def test_slices_jump_to_the_point(predicted, slicer):
    node = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
    predicted.ui.reviewTable.cellClicked.emit(2, 0)
    assert session(predicted).current == rows(predicted)[2][0] == "3"
    matrix = node.GetSliceToRAS()
    assert [matrix.GetElement(i, 3) for i in range(3)] == pytest.approx([-1, -2, 1])


def test_the_slices_show_the_volume_at_the_first_point(predicted, volume, slicer):
    red = slicer.app.layoutManager().sliceWidget("Red")
    assert double.settle(lambda: red.mrmlSliceCompositeNode().GetBackgroundVolumeID() == volume.GetID(), 60)
    matrix = red.mrmlSliceNode().GetSliceToRAS()
    assert [matrix.GetElement(i, 3) for i in range(3)] == pytest.approx([-2, -1, 1])


def test_only_the_point_under_review_can_be_dragged_and_undo_brings_it_back(predicted, results):
    node = points(predicted)
    assert [bool(node.GetNthControlPointLocked(n)) for n in range(4)] == [True, False, True, True]
    drag(predicted, "2", 2.5, 1.5, 1.0)
    held = json.loads((results / "skull.session.json").read_text())
    assert held["points"]["2"]["position"] == [2.5, 1.5, 1.0] and held["points"]["2"]["observer"] == "Anna"
    predicted.ui.undoButton.click()
    assert np.allclose(place_of(predicted, "2"), [2, 1, 1])
    predicted.ui.redoButton.click()
    assert np.allclose(place_of(predicted, "2"), [2.5, 1.5, 1.0])


def test_next_and_previous_go_through_doubtful_points(predicted):
    predicted.ui.nextButton.click()
    assert session(predicted).current == "4"
    predicted.ui.previousButton.click()
    assert session(predicted).current == "2"


def test_next_goes_forward_and_previous_back(predicted, monkeypatch):
    steps = []  # of two doubtful points, the next one is the previous one too
    monkeypatch.setattr(predicted.widget.desk.review, "step", steps.append)
    predicted.ui.nextButton.click()
    predicted.ui.previousButton.click()
    assert steps == [1, -1]


def test_the_panel_follows_a_session_that_goes_to_another_point(predicted):
    session(predicted).go("3")
    assert "Landmark 3" in predicted.ui.definitionLabel.text
    node = points(predicted)
    assert [bool(node.GetNthControlPointLocked(n)) for n in range(4)] == [True, True, False, True]


def test_accept_and_missing_decide_and_go_on(predicted):
    predicted.ui.acceptButton.click()
    predicted.ui.missingButton.click()
    told = session(predicted).points
    assert told["2"].status == "accepted" and told["4"].status == "missing" and told["4"].reviewed
    assert "2 of 4 points reviewed" in predicted.ui.progressLabel.text


def test_snap_puts_the_point_onto_bone(predicted):
    drag(predicted, "2", 2.6, 1.0, 1.0)
    predicted.ui.snapButton.click()
    assert place_of(predicted, "2")[0] == pytest.approx(2.25, abs=0.05)
    assert message(predicted)[0] == "note" and "mm onto the bone" in message(predicted)[1]


def test_place_puts_a_missing_point_where_the_mouse_is(predicted, scene):
    crosshair = scene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
    crosshair = crosshair or scene.AddNewNodeByClass("vtkMRMLCrosshairNode")
    crosshair.SetCursorPositionRAS([-3.0, -2.0, 1.0])
    predicted.ui.nextButton.click()
    predicted.ui.placeButton.click()
    assert session(predicted).points["4"].position == (3.0, 2.0, 1.0)
    assert np.allclose(place_of(predicted, "4"), [3, 2, 1])


def test_colour_by_error(predicted):
    node = points(predicted)
    assert [bool(node.GetNthControlPointSelected(n)) for n in range(3)] == [False, True, False]
    predicted.ui.limitBox.value = 0.3
    assert [bool(node.GetNthControlPointSelected(n)) for n in range(3)] == [False, True, True]


@pytest.mark.parametrize(("scope", "moved"), [(0, {"2"}), (2, {"1", "3"})])
def test_refine_moves_what_was_asked_for_in_one_step(predicted, scope, moved):
    table = predicted.ui.reviewTable
    labels = [row[0] for row in rows(predicted)]
    predicted.ui.scopeBox.setCurrentIndex(scope)
    table.clearSelection()
    for label in moved:
        for column in range(4):
            table.item(labels.index(label), column).setSelected(True)
    before = {label: place_of(predicted, label) for label in "123"}
    predicted.ui.refineButton.click()
    assert finished(predicted)
    changed = {label for label in "123" if not np.allclose(place_of(predicted, label), before[label])}
    assert changed == moved and "were refined" in message(predicted)[1]
    predicted.ui.undoButton.click()
    assert all(np.allclose(place_of(predicted, label), before[label]) for label in "123")


def test_write_results_and_export(predicted, results, tmp_path):
    drag(predicted, "2", 2.5, 1.0, 1.0)
    predicted.ui.writeButton.click()
    assert "2.5" in (results / "skull.csv").read_text() and message(predicted)[0] == "note"
    predicted.ui.exportLine.currentPath = str(tmp_path / "export")
    for number in range(8):
        predicted.ui.formatBox.setCurrentIndex(number)
        predicted.ui.exportButton.click()
        assert message(predicted)[0] == "note", message(predicted)
    assert len(list((tmp_path / "export").iterdir())) == 8
    predicted.ui.exportButton.click()
    assert message(predicted)[0] == "fault" and "there already" in message(predicted)[1]
    predicted.ui.replaceBox.checked = True
    predicted.ui.exportButton.click()
    assert message(predicted)[0] == "note"


def test_export_of_all_specimens(predicted, results, tmp_path):
    for name in ("csv", "mrk.json"):
        shutil.copy(results / f"skull.{name}", results / f"other.{name}")
    record = json.loads((results / "skull.json").read_text()) | {"id": "other"}
    (results / "other.json").write_text(json.dumps(record))
    predicted.ui.allBox.checked = True
    predicted.ui.formatBox.setCurrentIndex(0)
    predicted.ui.exportLine.currentPath = str(tmp_path / "export")
    predicted.ui.exportButton.click()
    assert finished(predicted) and message(predicted)[0] == "note"
    text = (tmp_path / "export" / "landmarks-long.csv").read_text()
    assert "other" in text and "skull" in text


def test_close_and_open_go_on_where_it_was(predicted, scene):
    predicted.ui.acceptButton.click()
    predicted.ui.closeButton.click()
    assert session(predicted) is None and rows(predicted) == [] and message(predicted)[0] == "note"
    predicted.ui.openButton.click()
    assert session(predicted).points["2"].status == "accepted"


def test_blind_digitising_second_observer_and_repeatability(predicted):
    ui = predicted.ui
    for _ in range(3):
        ui.acceptButton.click()
    ui.repeatButton.click()
    assert finished(predicted) and "digitise a specimen blind" in message(predicted)[1]
    ui.modeBox.setCurrentIndex(2)
    ui.openButton.click()
    assert all(row[1:] == ("", "look", "not placed") for row in rows(predicted))
    for label, x in (("1", 1.5), ("2", 2.0), ("3", 1.0)):
        predicted.widget.desk.review.go(label)
        session(predicted).move(label, (x, 1.0, 1.0))
    ui.repeatButton.click()
    assert finished(predicted) and ui.repeatTable.mrmlTableNode() is not None
    table = ui.repeatTable.mrmlTableNode()
    assert table.GetNumberOfRows() >= 2 and not ui.repeatTable.isHidden()
    ui.modeBox.setCurrentIndex(1)
    ui.observerLine.text = "Ben"
    ui.openButton.click()
    assert session(predicted).observer == "Ben" and session(predicted).points["2"].status == "predicted"


def test_predicting_again_leaves_what_was_reviewed(predicted):
    drag(predicted, "2", 2.5, 1.0, 1.0)
    predicted.ui.predictButton.click()
    assert finished(predicted)
    assert session(predicted).points["2"].position == (2.5, 1.0, 1.0)


def test_another_scan_of_the_same_name_is_refused(predicted, slicer):
    predicted.ui.closeButton.click()
    other = slicer.util.addVolumeFromArray(np.ones((4, 4, 4), np.int16))
    other.SetName("skull")
    predicted.ui.inputSelector.pick(other)
    predicted.ui.predictButton.click()
    assert finished(predicted)
    assert message(predicted)[0] == "fault" and "rename the volume" in message(predicted)[1]


def test_a_broken_model_folder_is_told(panel, tmp_path):
    double.answer(str(tmp_path))
    panel.ui.browseModelButton.click()
    assert message(panel)[0] == "fault" and "bundle.json" in message(panel)[1]


def test_the_panel_comes_again_as_it_was(panel, chosen, tmp_path):
    use(panel, tmp_path, "kept")
    panel.ui.mirrorBox.checked = True
    manager = __import__("slicer").app.moduleManager()
    manager.selectModule("")
    manager.selectModule("AutoLandmark")
    assert panel.ui.inputSelector.currentNode() is chosen and panel.ui.mirrorBox.checked


def test_the_module_tests_itself(panel):
    import slicer

    slicer.selfTests["AutoLandmark"]()
