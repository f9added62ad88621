"""Charts that there is one of in the scene: found again by a mark, and not saved with it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from craniomark.mrml import Node, Plot, Scene, add_plot, add_table, put_columns, put_plot

MARK = "CranioMark.Shown"
Columns = Mapping[str, Sequence[float] | NDArray[np.float64]]


def put_chart(scene: Scene, mark: str, columns: Columns, plot: Plot) -> Node:
    """Show columns on the chart of this mark, which is made with its table where there is none."""
    table, chart = put_marked_table(scene, mark, columns, plot.title), marked(scene, mark, "PlotChart")
    if chart is None:
        chart = add_plot(scene, plot, table, plot.title)
        _mark(chart, mark)
    else:
        put_plot(plot, table, chart)
    return chart


def put_marked_table(scene: Scene, mark: str, columns: Columns, name: str) -> Node:
    """Put columns into the table of this mark, which is made where there is none."""
    table = marked(scene, mark, "Table")
    if table is None:
        table = add_table(scene, columns, name)
        _mark(table, mark)
    else:
        put_columns(columns, table)
    return table


def marked(scene: Scene, mark: str, kind: str) -> Node | None:
    """The node of a kind that bears this mark; None where there is none."""
    kind = f"vtkMRML{kind}Node"
    nodes = [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]
    return next((node for node in nodes if node.GetAttribute(MARK) == mark), None)


def _mark(node: Node, mark: str) -> None:
    node.SetAttribute(MARK, mark)
    node.SetSaveWithScene(False)
