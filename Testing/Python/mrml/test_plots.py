from dataclasses import replace

import pytest

from craniomark.ground.checks import InputError
from craniomark.mrml import Curve, Plot, add_plot, add_table, append_rows, plot_of, put_plot, remove_plot

LOSS = Plot(
    "Loss",
    "step",
    "value",
    (Curve("total", "step", "total"), Curve("points", "step", "points", marks=True)),
    log_y=True,
)


@pytest.fixture
def table(scene):
    """Return a table of a training run."""
    return add_table(scene, {"step": [1, 2], "total": [3.0, 2.0], "points": [2.0, 1.0]}, "metrics")


def series(chart):
    return [chart.GetNthPlotSeriesNode(number) for number in range(chart.GetNumberOfPlotSeriesNodes())]


def test_a_plot_survives(scene, table):
    assert plot_of(add_plot(scene, LOSS, table, "chart")) == LOSS


def test_series_show_columns_of_the_table(scene, table):
    found = series(add_plot(scene, LOSS, table, "chart"))
    assert [node.GetTableNode() for node in found] == [table, table]
    assert [(node.GetXColumnName(), node.GetYColumnName()) for node in found] == [
        ("step", "total"),
        ("step", "points"),
    ]
    assert [node.GetPlotTypeAsString(node.GetPlotType()) for node in found] == ["Scatter", "Scatter"]
    line, marks = found
    assert (line.GetLineStyle(), line.GetMarkerStyle()) == (line.LineStyleSolid, line.MarkerStyleNone)
    assert (marks.GetLineStyle(), marks.GetMarkerStyle()) == (marks.LineStyleNone, marks.MarkerStyleCircle)
    assert line.GetColor() != marks.GetColor()


def test_the_chart_hears_of_new_rows(scene, table):
    chart, heard = add_plot(scene, replace(LOSS, curves=LOSS.curves[:1]), table, "chart"), []
    chart.AddObserver(chart.PlotModifiedEvent, lambda *_: heard.append(1))
    append_rows(table, [{"step": 3, "total": 1.0, "points": 0.5}])
    assert heard
    assert series(chart)[0].GetTableNode().GetNumberOfRows() == 3


def test_series_are_used_again(scene, table):
    chart = add_plot(scene, LOSS, table, "chart")
    before, nodes = series(chart), scene.GetNumberOfNodes()
    put_plot(LOSS, table, chart)
    assert series(chart) == before
    assert [node.GetName() for node in before] == ["total", "points"]
    assert scene.GetNumberOfNodes() == nodes


def test_curves_that_go_leave_no_series_behind(scene, table):
    chart = add_plot(scene, LOSS, table, "chart")
    nodes = scene.GetNumberOfNodes()
    fewer = Plot("Points", "step", "mm", (Curve("points", "step", "points"),))
    put_plot(fewer, table, chart)
    assert plot_of(chart) == fewer
    assert scene.GetNumberOfNodes() == nodes - 1
    put_plot(LOSS, table, chart)
    assert plot_of(chart) == LOSS


def test_series_of_somebody_else_are_taken_off_but_stay_in_the_scene(scene, table):
    chart = add_plot(scene, LOSS, table, "chart")
    other = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", "other")
    chart.AddAndObservePlotSeriesNodeID(other.GetID())
    put_plot(LOSS, table, chart)
    assert plot_of(chart) == LOSS
    assert scene.GetFirstNodeByName("other") is other


def test_two_charts_have_series_of_their_own_names(scene, table):
    one, two = (add_plot(scene, LOSS, table, "chart") for _ in range(2))
    names = [node.GetName() for node in (*series(one), *series(two))]
    assert len(set(names)) == 4
    assert plot_of(two) == LOSS


def test_a_plot_of_a_user_is_read(scene, table):
    chart = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", "mine")
    made = scene.AddNewNodeByClass("vtkMRMLPlotSeriesNode", "curve")
    made.SetAndObserveTableNodeID(table.GetID())
    made.SetXColumnName("step")
    chart.AddAndObservePlotSeriesNodeID(made.GetID())
    assert plot_of(chart).curves[0].name == "curve"
    assert plot_of(chart).curves[0].x == "step"


def test_removing_a_plot_leaves_the_table_alone(scene):
    table = add_table(scene, {"step": [1], "total": [3.0], "points": [2.0]}, "metrics")
    nodes = scene.GetNumberOfNodes()
    remove_plot(add_plot(scene, LOSS, table, "chart"))
    assert scene.GetNumberOfNodes() == nodes
    assert scene.GetFirstNodeByName("metrics") is table


def test_a_column_that_is_not_there_is_refused_before_anything_changes(scene, table):
    chart = add_plot(scene, LOSS, table, "chart")
    nodes = scene.GetNumberOfNodes()
    wrong = Plot("?", "", "", (Curve("a", "step", "total"), Curve("b", "step", "speed")))
    told = "metrics: column 'speed' is missing: choose one of step, total, points"
    for act in (lambda: put_plot(wrong, table, chart), lambda: add_plot(scene, wrong, table, "other")):
        with pytest.raises(InputError, match=told):
            act()
    assert plot_of(chart) == LOSS
    assert scene.GetNumberOfNodes() == nodes


def test_no_node_and_a_wrong_one_are_refused(scene, table):
    with pytest.raises(InputError, match="plot chart: selection is none"):
        plot_of(None)
    with pytest.raises(InputError, match="choose a table"):
        add_plot(scene, LOSS, None, "chart")
    with pytest.raises(InputError, match="choose a plot chart"):
        put_plot(LOSS, table, table)
