"""How the errors of a surface are spread: a histogram in a plot view."""

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.marked_chart import marked, put_chart
from craniomark.desktop.words import tr
from craniomark.mrml import Curve, Node, Plot, Scene

CHART = "error histogram"
_BINS = 60
Array = NDArray[np.float64]


def histogram(values: Array) -> tuple[Array, Array]:
    """Outline of a histogram: places, mm, and shares of the vertices, %, four of each for a bar."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts, edges = np.histogram(values, _BINS, (low, high))
    shares = 100 * counts / len(values)
    places = np.stack([edges[:-1], edges[:-1], edges[1:], edges[1:]], axis=1).ravel()
    none = np.zeros(len(shares))
    return places, np.stack([none, shares, shares, none], axis=1).ravel()


def show_histogram(scene: Scene, values: Array, title: str, across: str) -> Node | None:
    """Put the histogram on its chart, which is made where there is none; None where there are no values."""
    if not len(values):
        return None
    places, shares = histogram(values)
    curve = Curve(tr("share of the vertices"), "mm", "share")
    plot = Plot(title, across, tr("vertices, %"), (curve,))
    return put_chart(scene, CHART, {"mm": places, "share": shares}, plot)


def histogram_chart(scene: Scene) -> Node | None:
    """The chart; None where none was made."""
    return marked(scene, CHART, "PlotChart")


def share_above(values: Array, threshold: float) -> float:
    """Share of the values whose size is above a threshold."""
    return float((np.abs(values) > threshold).mean()) if len(values) else 0.0
