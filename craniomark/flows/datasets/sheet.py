"""Contact sheet: every specimen of a folder at a glance, with its landmarks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.pipeline.projections import project
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.meshes import read_surface
from craniomark.ground.specimens import Specimen, find_specimens, read_truth
from craniomark.ground.volumes import read_volume

Told = Callable[[str, int, int], None]
_PAPER, _INK, _POINT = "#0d1117", "#eef2f6", "#ffd166"
_TILE, _HEIGHT, _TITLE, _DPI = 2.6, 1.75, 0.25, 90
_MOST_VERTICES = 15_000
MOST_SPECIMENS = 60
_SIDE, _TOP = (1, 2), (1, 0)  # image axes across and up: y and z seen from the left, y and x from above


def contact_sheet(folder: Path, path: Path, told: Told | None = None) -> list[str]:
    """Write a PNG with a side and a top view of every specimen in the pose of its file.

    Parameters
    ----------
    folder : Path
        What `find_specimens` reads; the first `MOST_SPECIMENS` are drawn.
    path : Path
        The PNG.
    told : callable, optional
        Hears of each specimen with how many are done, and how many there are.

    Returns
    -------
    list of str
        What could not be drawn, in sentences.

    Raises
    ------
    InputError
        If there are no specimens or the PNG can't be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    found = find_specimens([folder])
    specimens = found[:MOST_SPECIMENS]
    columns = min(4, len(specimens))
    rows = -(-len(specimens) // columns)
    figure = Figure((2 * columns * _TILE, rows * (_HEIGHT + _TITLE)), dpi=_DPI, facecolor=_PAPER)
    canvas = FigureCanvasAgg(figure)
    grid = figure.subplots(rows, 2 * columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    sentences = []
    for number, specimen in enumerate(specimens):
        row, column = divmod(number, columns)
        pair = grid[row, 2 * column], grid[row, 2 * column + 1]
        try:
            _draw(pair, specimen)
        except InputError as error:
            sentences.append(str(error))
            pair[0].set_title(f"{specimen.id}: not readable", color=_INK, fontsize=9, loc="left")
        if told:
            told(specimen.id, number + 1, len(specimens))
    if len(found) > len(specimens):
        sentences.append(f"{folder}: the first {len(specimens)} of {len(found)} specimens are drawn.")
    figure.subplots_adjust(0.01, 0.01, 0.99, 1 - _TITLE / (rows * (_HEIGHT + _TITLE)), 0.03, 0.12)
    with written_whole(path) as part:
        canvas.print_png(str(part))
    return sentences


def _draw(pair: tuple[Any, Any], specimen: Specimen) -> None:
    points = read_truth(specimen).points if specimen.landmarks else np.empty((0, 3))
    points = points[np.isfinite(points).all(axis=1)]
    draw = _draw_surface if specimen.kind == "surface" else _draw_volume
    draw(pair, specimen, points)
    for axes, (across, up) in zip(pair, (_SIDE, _TOP), strict=True):
        if len(points):
            axes.scatter(points[:, across], points[:, up], s=5, c=_POINT, linewidths=0)
        axes.set_aspect("equal")
    told = f"{len(points)} landmarks" if specimen.landmarks else "no landmarks"
    pair[0].set_title(f"{specimen.id} · {told}", color=_INK, fontsize=9, loc="left", parse_math=False)


def _draw_volume(pair: tuple[Any, Any], specimen: Specimen, points: NDArray[np.float64]) -> None:
    views = project(read_volume(specimen.path, spacing=specimen.spacing), np.eye(4), points)
    low, high = views.low, views.high
    pictures = (views.along[0].T, views.along[2])  # rows are z, then x; columns y
    for axes, image, (across, up) in zip(pair, pictures, (_SIDE, _TOP), strict=True):
        extent = (low[across], high[across], low[up], high[up])
        axes.imshow(image, cmap="bone", extent=extent, origin="lower")


def _draw_surface(pair: tuple[Any, Any], specimen: Specimen, _points: NDArray[np.float64]) -> None:
    vertices = read_surface(specimen.path).vertices
    shown = vertices[:: max(1, len(vertices) // _MOST_VERTICES)]
    for axes, (across, up) in zip(pair, (_SIDE, _TOP), strict=True):
        axes.scatter(shown[:, across], shown[:, up], s=0.2, c="#8b98a5", linewidths=0)
