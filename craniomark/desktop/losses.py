"""The curves of a training as a chart of the scene."""

from collections.abc import Mapping, Sequence

from craniomark.mrml import Curve, Node, Plot, Scene, add_plot, add_table, put_columns, put_plot

Points = Sequence[tuple[int, float | None]]
CHART = "CranioMark.Losses"
MOST_POINTS = 400
"""Of a curve on the chart: more than a view has pixels for is thinned."""


def parts_of(curves: Mapping[tuple[str, str], Points]) -> list[str]:
    """Names of the networks that have curves, in the order in which they came."""
    return list(dict.fromkeys(part for part, _ in curves))


def terms_of(curves: Mapping[tuple[str, str], Points], part: str) -> dict[str, list[tuple[int, float]]]:
    """The curves of one network by name, thinned, without what was no number."""
    found = {}
    for (of, name), points in curves.items():
        kept = [(step, float(value)) for step, value in points if value is not None]
        if of == part and kept:
            found[name] = thinned(kept)
    return found


def thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most so many points, the last one among them."""
    every = -(-len(points) // MOST_POINTS)
    return [*points[:-1:every], points[-1]] if every > 1 else points


def columns_of_terms(terms: Mapping[str, list[tuple[int, float]]]) -> dict[str, list[float]]:
    """Two columns a curve; the short ones repeat their last point, which draws nothing."""
    rows = max((len(points) for points in terms.values()), default=0)
    columns: dict[str, list[float]] = {}
    for name, points in terms.items():
        filled = [*points, *[points[-1]] * (rows - len(points))]
        columns[f"{name}: step"] = [float(step) for step, _ in filled]
        columns[name] = [value for _, value in filled]
    return columns


def show_losses(scene: Scene, curves: Mapping[tuple[str, str], Points], part: str, title: str) -> Node | None:
    """Put the curves of one network on the chart of the scene; it is made where there is none.

    Returns
    -------
    vtkMRMLPlotChartNode or None
        None where there are no curves yet.
    """
    terms = terms_of(curves, part)
    if not terms:
        return None
    columns = columns_of_terms(terms)
    lines = tuple(Curve(name, f"{name}: step", name) for name in terms)
    positive = all(value > 0 for points in terms.values() for _, value in points)
    plot = Plot(title, "step", "", lines, log_y=positive)
    chart, table = chart_of(scene), _marked(scene, "vtkMRMLTableNode")
    if table is None:
        table = add_table(scene, columns, "CranioMark losses")
        _mark(table)
    else:
        put_columns(columns, table)
    if chart is None:
        chart = add_plot(scene, plot, table, "CranioMark losses")
        _mark(chart)
    else:
        put_plot(plot, table, chart)
    return chart


def chart_of(scene: Scene) -> Node | None:
    """The chart of the scene; None where there is none."""
    return _marked(scene, "vtkMRMLPlotChartNode")


def _marked(scene: Scene, kind: str) -> Node | None:
    nodes = [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]
    return next((node for node in nodes if node.GetAttribute(CHART)), None)


def _mark(node: Node) -> None:
    node.SetAttribute(CHART, "1")
    node.SetSaveWithScene(False)
