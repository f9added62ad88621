"""Analysis: specimens, the worst first, in the colours of their errors; numbers, histogram, a vertex."""

import json

import numpy as np
import pytest
from seeing import WAIT, begin, chart, do, finished, message, model, points_of

import double

ENDS = {"mouse a": 0.1, "mouse b": 0.3, "mouse c": 0.2}


def display(scene, name):
    return model(scene, name).GetDisplayNode()


def colour_of(scene, value, name="mouse b predicted"):
    """Colour, 0 to 1, in which a value is shown."""
    shown = display(scene, name)
    low, high = shown.GetScalarRange()
    table = shown.GetColorNode()
    found = [0.0] * 4
    table.GetColor(round((value - low) / (high - low) * (table.GetNumberOfColors() - 1)), found)
    return found[:3]


def next_(panel):
    panel.ui.nextButton.click()
    assert finished(panel)


def test_the_worst_is_shown_first_and_others_follow(panel, analysed, scene):
    ui = panel.ui
    assert model(scene, "mouse b predicted") and model(scene, "mouse b true") and ui.specimenTable.isHidden()
    ui.analysisSection.collapsed = False
    assert not ui.specimenTable.isHidden() and not ui.figuresLabel.isHidden()
    assert ui.positionLabel.text == "1 of 3, the worst first"
    assert not ui.previousButton.enabled and ui.nextButton.enabled
    names = [ui.specimenTable.item(row, 0).text() for row in range(3)]
    assert names == ["mouse b", "mouse c", "mouse a"] and ui.specimenTable.item(0, 1).text() == "0.300"
    next_(panel)
    assert model(scene, "mouse c predicted") and not model(scene, "mouse b predicted")
    next_(panel)
    assert ui.positionLabel.text.startswith("3 of 3") and not ui.nextButton.enabled
    ui.previousButton.click()
    assert finished(panel) and model(scene, "mouse c predicted")
    assert [item.row() for item in ui.specimenTable.selectedItems()] == [1] * 5


def test_an_opened_section_without_results_shows_no_table(panel):
    panel.ui.analysisSection.collapsed = False
    assert panel.ui.specimenTable.isHidden() and panel.ui.figuresLabel.isHidden()
    assert message(panel) == ("", "") and panel.ui.vertexLabel.text == ""


def test_a_line_of_the_table_shows_its_specimen(panel, analysed, scene):
    panel.ui.specimenTable.selectRow(2)
    assert finished(panel) and model(scene, "mouse a predicted")
    assert panel.ui.positionLabel.text.startswith("3 of 3")


def test_numbers_are_told(panel, analysed):
    told = panel.ui.figuresLabel.text
    for words in ("both ways", "predicted to true", "true to predicted", "RMS", "95 %", "Hausdorff"):
        assert words in told
    for value in ("0.300", "0.330", "0.600", "0.900"):
        assert told.count(value) == 3, value


def test_errors_have_colours_with_signs_or_without(panel, analysed, scene):
    shown = display(scene, "mouse b predicted")
    assert shown.GetScalarVisibility() and shown.GetActiveScalarName() == "signed_error_mm"
    assert shown.GetScalarRangeFlag() == shown.UseManualScalarRange
    low, high = shown.GetScalarRange()
    assert low == -high and high == pytest.approx(0.3, abs=0.01)
    red, blue = colour_of(scene, high), colour_of(scene, low)
    assert red[0] > 2 * red[2] and blue[2] > 2 * blue[0]
    panel.ui.signedBox.checked = False
    assert shown.GetActiveScalarName() == "error_mm" and shown.GetScalarRange()[0] == 0
    assert sum(colour_of(scene, 0.0)) > 2.4 > sum(colour_of(scene, 0.3))
    panel.ui.signedBox.checked = True
    assert shown.GetActiveScalarName() == "signed_error_mm"


def test_the_colours_have_a_bar_that_says_what_they_are(panel, analysed, scene):
    kind = "vtkMRMLColorLegendDisplayNode"
    assert scene.GetNumberOfNodesByClass(kind) == 1
    bar = scene.GetFirstNodeByClass(kind)
    assert bar.GetTitleText() == "outside +, inside -, mm" and bar.GetVisibility()
    panel.ui.signedBox.checked = False
    assert bar.GetTitleText() == "distance, mm"
    panel.ui.scalarBox.setCurrentIndex(1)
    assert bar.GetTitleText() == "90 % stay under, mm" and scene.GetNumberOfNodesByClass(kind) == 1
    next_(panel)
    assert scene.GetNumberOfNodesByClass(kind) == 1


def test_the_end_of_the_colours_is_chosen(panel, analysed, scene):
    panel.ui.mostBox.value = 0.5
    assert display(scene, "mouse b predicted").GetScalarRange() == (-0.5, 0.5)
    assert "end at 0.500 mm" in panel.ui.shareLabel.text
    next_(panel)
    assert display(scene, "mouse c predicted").GetScalarRange() == (-0.5, 0.5)
    panel.ui.mostBox.value = 0
    assert display(scene, "mouse c predicted").GetScalarRange()[1] == pytest.approx(0.2, abs=0.01)


def test_errors_below_a_threshold_are_grey(panel, analysed, scene):
    assert colour_of(scene, 0.1) != colour_of(scene, -0.1)
    panel.ui.thresholdBox.value = 0.15
    grey = colour_of(scene, 0.0)
    assert colour_of(scene, 0.1) == colour_of(scene, -0.1) == grey and max(grey) - min(grey) < 0.08
    assert colour_of(scene, 0.25) != grey
    # Errors run from -0.3 to 0.3 along z; rings lie evenly in angle: |cos| > 1/2 holds for two thirds.
    assert "66.7% of the vertices are above 0.150 mm" in panel.ui.shareLabel.text


def test_the_uncertainty_is_a_second_map(panel, analysed, scene):
    assert panel.ui.scalarBox.enabled and panel.ui.scalarBox.count == 2
    panel.ui.scalarBox.setCurrentIndex(1)
    shown = display(scene, "mouse b predicted")
    assert shown.GetActiveScalarName() == "bound90_mm" and shown.GetScalarRange() == pytest.approx((0, 0.4))
    panel.ui.scalarBox.setCurrentIndex(0)
    assert shown.GetActiveScalarName() == "signed_error_mm"


def test_both_surfaces_lie_over_one_another_or_side_by_side(panel, analysed, scene):
    true = model(scene, "mouse b true")
    assert np.abs(points_of(true).mean(axis=0)).max() < 0.01
    assert true.GetDisplayNode().GetOpacity() == pytest.approx(0.35) and panel.ui.opacitySlider.enabled
    panel.ui.opacitySlider.value = 0.6
    assert true.GetDisplayNode().GetOpacity() == pytest.approx(0.6)
    panel.ui.opacitySlider.value = 0
    assert not true.GetDisplayNode().GetVisibility()
    panel.ui.placeBox.setCurrentIndex(1)
    assert true.GetDisplayNode().GetVisibility() and true.GetDisplayNode().GetOpacity() == 1
    predicted = points_of(model(scene, "mouse b predicted"))
    assert points_of(true)[:, 0].max() < predicted[:, 0].min(), "they overlap"
    assert not panel.ui.opacitySlider.enabled
    next_(panel)
    assert points_of(model(scene, "mouse c true"))[:, 0].mean() < -9
    panel.ui.placeBox.setCurrentIndex(0)
    assert np.abs(points_of(true).mean(axis=0)).max() < 0.01


def test_the_histogram_follows_what_is_shown(panel, analysed, scene):
    panel.ui.histogramButton.click()
    node = chart(scene, "mouse b")
    assert node.GetXAxisTitle() == "outside +, inside -, mm"
    table = node.GetNthPlotSeriesNode(0).GetTableNode().GetTable()
    places = [table.GetColumn(0).GetValue(row) for row in range(table.GetNumberOfRows())]
    shares = [table.GetColumn(1).GetValue(row) for row in range(table.GetNumberOfRows())]
    assert (min(places), max(places)) == pytest.approx((-0.3, 0.3), abs=0.01)
    assert sum(shares) / 2 == pytest.approx(100)
    panel.ui.signedBox.checked = False
    assert node.GetXAxisTitle() == "distance, mm"
    next_(panel)
    assert node.GetTitle() == "mouse c"


def test_a_vertex_is_read(panel, analysed, scene, slicer):
    from craniomark.mrml.frames import turned

    ui = panel.ui
    ui.pickButton.click()
    assert "Click on the predicted surface" in ui.vertexLabel.text
    node = scene.GetFirstNodeByName("Probe")
    selection = slicer.app.applicationLogic().GetSelectionNode()
    assert selection.GetActivePlaceNodeID() == node.GetID()
    assert slicer.app.applicationLogic().GetInteractionNode().GetCurrentInteractionMode() == 1
    node.AddControlPoint(*turned((0.0, 0.0, 5.6)).tolist())
    assert "error +0.300 mm" in ui.vertexLabel.text and "uncertainty 0.400 mm" in ui.vertexLabel.text
    node.SetNthControlPointPosition(0, 0, 0, -4.5)
    assert "error -0.300 mm" in ui.vertexLabel.text and "-4.70 (LPS mm)" in ui.vertexLabel.text
    next_(panel)
    assert "error -0.200 mm" in ui.vertexLabel.text
    ui.pickButton.click()
    assert ui.vertexLabel.text == "" and scene.GetFirstNodeByName("Probe") is None


def test_particles_become_landmarks(panel, analysed, scene):
    panel.ui.particlesButton.click()
    assert message(panel) == ("note", "The predicted particles of mouse b are landmarks now.")
    node = scene.GetFirstNodeByName("mouse b particles")
    assert node.GetNumberOfControlPoints() == 36 and node.GetLocked()
    assert node.GetNthControlPointLabel(0) == "p0001"
    file = analysed / "networks" / "base" / "test_predictions" / "world_predictions" / "mouse b.particles"
    place = np.array(node.GetNthControlPointPositionWorld(0))
    assert np.allclose(place * [-1, -1, 1], np.loadtxt(file)[0], atol=1e-5)


def test_an_earlier_analysis_is_loaded(panel, analysed, scene):
    scene.Clear(0)
    assert panel.ui.specimenTable.isHidden() and not panel.ui.histogramButton.enabled
    panel.ui.loadResultsButton.click()
    assert finished(panel) and model(scene, "mouse b predicted")
    assert panel.ui.specimenTable.rowCount == 3


def test_where_no_uncertainty_is_known(panel, tmp_path, scene):
    from seeing import choose_project

    choose_project(panel, tmp_path, "certain")
    for name in ("model", "augment", "prepare", "train", "test", "analyze"):
        do(panel, name)
    assert not panel.ui.scalarBox.enabled
    assert display(scene, "mouse b predicted").GetActiveScalarName() == "signed_error_mm"


@pytest.mark.parametrize("harm", ["gone", "torn", "mesh"])
def test_results_that_can_not_be_read(panel, analysed, harm):
    table = analysed / "analysis" / "test_distances.csv"
    if harm == "gone":
        table.unlink()
    elif harm == "torn":
        table.write_text("Name,Distance\nmouse b,much\n")
    else:
        (analysed / "analysis" / "meshes" / "mouse b.ply").write_bytes(b"no mesh")
    panel.ui.loadResultsButton.click()
    assert finished(panel)
    kind, text = message(panel)
    assert kind == "fault" and ("test_distances.csv" if harm != "mesh" else "mouse b.ply") in text


def test_predictions_that_are_missing(panel, project):
    begin(panel, "analyze")
    assert message(panel)[0] == "fault" and "train a network first" in message(panel)[1]
    (project / "deepssm.json").write_text(json.dumps({"model_name": "x", "paths": {"out_dir": str(project)}}))
    begin(panel, "analyze")
    assert message(panel)[0] == "fault" and "predict the test images first" in message(panel)[1]
    panel.ui.particlesButton.click()
    assert double.settle(lambda: True, WAIT)
