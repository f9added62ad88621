"""Plot charts: curves over the columns of a table node."""

from dataclasses import dataclass

from craniomark.ground.checks import InputError
from craniomark.mrml.nodes import Node, Scene, added, checked, edited, name_of, unique_name
from craniomark.mrml.tables import TABLE, columns_of

CHART, SERIES = "vtkMRMLPlotChartNode", "vtkMRMLPlotSeriesNode"
OWNER, CURVE = "CranioMark.Chart", "CranioMark.Curve"

COLOURS = (
    (0.0, 0.45, 0.7),
    (0.9, 0.6, 0.0),
    (0.0, 0.62, 0.45),
    (0.8, 0.4, 0.0),
    (0.8, 0.6, 0.7),
    (0.3, 0.3, 0.3),
)
"""Of curves, in turn: told apart by colour-blind eyes too (Okabe and Ito's palette)."""


@dataclass(frozen=True)
class Curve:
    """One line of a chart.

    Attributes
    ----------
    name : str
        As the legend has it.
    x, y : str
        Columns of the table.
    marks : bool
        True for points instead of a line.
    """

    name: str
    x: str
    y: str
    marks: bool = False


@dataclass(frozen=True)
class Plot:
    """What a chart shows of a table.

    Attributes
    ----------
    title, x_title, y_title : str
        Empty for none.
    curves : tuple of Curve
        In the order of the legend.
    log_y : bool
        True for a logarithmic axis, as losses need it.
    """

    title: str
    x_title: str
    y_title: str
    curves: tuple[Curve, ...]
    log_y: bool = False


def plot_of(chart: Node) -> Plot:
    """What a chart shows.

    Raises
    ------
    InputError
        If there is no such node.
    """
    checked(chart, CHART, "plot chart")
    curves = tuple(_curve(series) for series in _series(chart))
    title, x_title, y_title = chart.GetTitle() or "", chart.GetXAxisTitle() or "", chart.GetYAxisTitle() or ""
    return Plot(title, x_title, y_title, curves, bool(chart.GetYAxisLogScale()))


def _series(chart: Node) -> list[Node]:
    nodes = [chart.GetNthPlotSeriesNode(number) for number in range(chart.GetNumberOfPlotSeriesNodes())]
    return [node for node in nodes if node is not None]


def _own_series(chart: Node) -> list[Node]:
    return [node for node in _series(chart) if node.GetAttribute(OWNER) == chart.GetID()]


def _curve(series: Node) -> Curve:
    name = series.GetAttribute(CURVE) or series.GetName() or ""
    marks = series.GetLineStyle() == series.LineStyleNone
    return Curve(name, series.GetXColumnName() or "", series.GetYColumnName() or "", marks)


def put_plot(plot: Plot, table: Node, chart: Node) -> None:
    """Let a chart show curves over a table node; it follows when the table changes.

    Series that an earlier call made are used again or taken out of the scene; others are only taken off the
    chart. A chart tells of each series that changes, once.

    Raises
    ------
    InputError
        If a node is missing, or the table has no column that a curve names.
    """
    checked(table, TABLE, "table")
    checked(chart, CHART, "plot chart")
    columns = columns_of(table)
    for curve in plot.curves:
        for column in (curve.x, curve.y):
            if column not in columns:
                remedy = f"choose one of {', '.join(columns) or 'a table that has columns'}"
                raise InputError(name_of(table), f"column {column!r}", "missing", remedy)
    scene = chart.GetScene()
    with edited(chart):
        kept = _own_series(chart)
        for surplus in kept[len(plot.curves) :]:
            scene.RemoveNode(surplus)
        for other in set(_series(chart)) - set(kept):
            chart.RemovePlotSeriesNodeID(other.GetID())
        for number, curve in enumerate(plot.curves):
            node = kept[number] if number < len(kept) else _new_series(scene, chart, curve)
            _fill(node, curve, table, COLOURS[number % len(COLOURS)])
            if number >= len(kept):
                chart.AddAndObservePlotSeriesNodeID(node.GetID())
        chart.SetTitle(plot.title)
        chart.SetXAxisTitle(plot.x_title)
        chart.SetYAxisTitle(plot.y_title)
        chart.SetYAxisLogScale(plot.log_y)


def _new_series(scene: Scene, chart: Node, curve: Curve) -> Node:
    return added(scene, SERIES, curve.name, lambda node: node.SetAttribute(OWNER, chart.GetID()))


def _fill(node: Node, curve: Curve, table: Node, colour: tuple[float, float, float]) -> None:
    with edited(node):
        if node.GetAttribute(CURVE) not in (None, curve.name):
            node.SetName(unique_name(node.GetScene(), curve.name))
        node.SetAttribute(CURVE, curve.name)
        node.SetAndObserveTableNodeID(table.GetID())
        node.SetXColumnName(curve.x)
        node.SetYColumnName(curve.y)
        node.SetPlotType(node.PlotTypeScatter)
        node.SetLineStyle(node.LineStyleNone if curve.marks else node.LineStyleSolid)
        node.SetMarkerStyle(node.MarkerStyleCircle if curve.marks else node.MarkerStyleNone)
        node.SetColor(*colour)


def add_plot(scene: Scene, plot: Plot, table: Node, name: str) -> Node:
    """A new chart, with its series, over a table node; errors as `put_plot`."""
    return added(scene, CHART, name, lambda chart: put_plot(plot, table, chart))


def remove_plot(chart: Node) -> None:
    """Take a chart and the series that were made for it out of its scene; the table stays."""
    checked(chart, CHART, "plot chart")
    scene = chart.GetScene()
    for node in _own_series(chart):
        scene.RemoveNode(node)
    scene.RemoveNode(chart)
