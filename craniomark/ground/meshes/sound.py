"""Whether a mesh encloses a body: not empty, not open, not run through by itself."""

from os import PathLike

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.meshes.solid import check_closed
from craniomark.ground.meshes.surface import Surface

MOST_CROSSED = 0.02
"""Share of the triangles that others may cross: what smoothing and decimation leave in many meshes."""
_CLOSE = 24  # triangles around each that are looked at


def check_sound(surface: Surface, path: str | PathLike[str]) -> None:
    """Refuse a mesh that is empty, open or self-intersecting.

    Parameters
    ----------
    surface : Surface
        LPS mm.
    path : path
        File named in the error.

    Raises
    ------
    InputError
        If it is none that a shape can be taken from; names what is wrong.
    """
    if not len(surface.faces):
        raise InputError(path, "faces", "none", "give a surface mesh, not a cloud of points or lines")
    check_closed(surface, path)
    crossed = crossed_share(surface)
    if crossed > MOST_CROSSED:
        value = f"self-intersecting in {crossed:.0%} of its triangles"
        remedy = "repair it, or export it anew from the segmentation"
        raise InputError(path, "mesh", value, remedy)


def crossed_share(surface: Surface, most: int = 20_000) -> float:
    """Share of the triangles that an edge of a near triangle runs through.

    Parameters
    ----------
    surface : Surface
        Any unit.
    most : int
        Triangles that are looked at, evenly over the mesh; neighbours that share a vertex don't count.
    """
    from scipy.spatial import cKDTree

    corners = surface.vertices[surface.faces]
    centres = corners.mean(axis=1)
    looked = np.unique(np.linspace(0, len(centres) - 1, min(most, len(centres))).astype(int))
    count = min(_CLOSE, len(centres))
    near = cKDTree(centres).query(centres[looked], k=count)[1].reshape(len(looked), count)[:, 1:]
    crossed = np.zeros(len(looked), dtype=bool)
    for others in near.T:
        shared = (surface.faces[looked][:, :, None] == surface.faces[others][:, None, :]).any(axis=(1, 2))
        rows = np.flatnonzero(~shared & ~crossed)
        for edge in range(3):
            start, end = corners[others[rows], edge], corners[others[rows], (edge + 1) % 3]
            crossed[rows] |= _runs_through(start, end, corners[looked[rows]])
    return float(crossed.mean())


def _runs_through(
    start: NDArray[np.float64], end: NDArray[np.float64], corners: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether each segment crosses its triangle (Moeller and Trumbore 1997)."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    along = end - start
    across = np.cross(along, second)
    scale = (first * across).sum(axis=1)
    fine = np.abs(scale) > 1e-15
    inverse = 1 / np.where(fine, scale, 1.0)
    offset = start - corners[:, 0]
    u = inverse * (offset * across).sum(axis=1)
    turned = np.cross(offset, first)
    v = inverse * (along * turned).sum(axis=1)
    t = inverse * (second * turned).sum(axis=1)
    inside: NDArray[np.bool_] = fine & (u > 0) & (v > 0) & (u + v < 1) & (t > 0) & (t < 1)
    return inside
