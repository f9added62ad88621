"""Heat maps of surfaces: scalars seen from three sides."""

from pathlib import Path
from typing import Any

import numpy as np

from craniomark.flows.shape.plots import new_figure, save
from craniomark.ground.meshes import Surface
from craniomark.ground.meshes.normals import vertex_normals

_VIEWS = (("from above", (0, 1), 2, 1), ("from the left", (1, 2), 0, 1), ("from below", (0, 1), 2, -1))
_MOST = 40_000


def draw_heat(surface: Surface, most: float, title: str, path: Path, scalar: str = "signed_error_mm") -> None:
    """Draw a scalar from three sides with its colour bar and histogram.

    Parameters
    ----------
    surface : Surface
        LPS mm, with the scalar.
    most : float
        End of the colours, mm; a scalar with signs has both.
    title : str
        Above it.
    path : Path
        PNG.
    scalar : str
        Name of the scalar.
    """
    values = np.asarray(surface.scalars[scalar])
    signed = bool((values < 0).any())
    colours: dict[str, Any] = {
        "cmap": "RdBu_r" if signed else "inferno", "vmin": -most if signed else 0.0, "vmax": most
    }  # fmt: skip
    rows = np.unique(np.linspace(0, len(values) - 1, min(_MOST, len(values))).astype(int))
    points, normals = surface.vertices[rows], vertex_normals(surface)[rows]
    figure = new_figure(11, 6)
    grid: dict[str, Any] = figure.subplot_mosaic([["0", "1"], ["2", "h"]])
    for number, (name, axes, depth, side) in enumerate(_VIEWS):
        shown = np.flatnonzero(side * normals[:, depth] > -0.05)
        order = shown[(side * points[shown, depth]).argsort()]
        across, up = points[order, axes[0]], points[order, axes[1]]
        panel = grid[str(number)]
        drawn = panel.scatter(across, up, c=values[rows][order], s=2, linewidths=0, **colours)
        panel.set(title=name, aspect="equal", xticks=[], yticks=[])
        panel.set_frame_on(False)
    figure.colorbar(drawn, ax=[grid["0"], grid["1"], grid["2"]], label="mm", shrink=0.8)
    grid["h"].hist(values, bins=60, color="#555555")
    grid["h"].set(title="distribution over the vertices", xlabel="mm", yticks=[])
    figure.suptitle(title)
    save(figure, path)
