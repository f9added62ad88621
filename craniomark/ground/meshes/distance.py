"""Exact distances from points to a surface."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.meshes.surface import Surface
from craniomark.ground.meshes.vtk_bridge import surface_polydata


def distances_to_surface(points: ArrayLike, surface: Surface) -> NDArray[np.float64]:
    """Distance from each point to the nearest place of any triangle, not only to the nearest vertex.

    Parameters
    ----------
    points : array, shape (N, 3)
        LPS mm; a row of NaN is a missing point.
    surface : Surface
        Triangles, LPS mm.

    Returns
    -------
    ndarray, shape (N,)
        Unsigned distances, mm; NaN for missing points.
    """
    points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
    return np.asarray(np.linalg.norm(nearest_on_surface(points, surface) - points, axis=1))


def nearest_on_surface(points: ArrayLike, surface: Surface) -> NDArray[np.float64]:
    """The nearest place of any triangle to each point.

    Parameters
    ----------
    points : array, shape (N, 3)
        LPS mm; a row of NaN is a missing point.
    surface : Surface
        Triangles, LPS mm.

    Returns
    -------
    ndarray, shape (N, 3)
        LPS mm; NaN for missing points.
    """
    from vtkmodules.vtkCommonCore import mutable
    from vtkmodules.vtkCommonDataModel import vtkGenericCell, vtkStaticCellLocator

    points = np.asarray(points, dtype=np.float64).reshape(-1, 3)
    locator = vtkStaticCellLocator()
    polydata = surface_polydata(surface)
    locator.SetDataSet(polydata)
    locator.BuildLocator()
    closest = [0.0, 0.0, 0.0]
    cell_id: Any = mutable(0)
    part: Any = mutable(0)
    squared: Any = mutable(0.0)
    cell = vtkGenericCell()
    nearest = np.full(points.shape, np.nan)
    for row in np.flatnonzero(np.isfinite(points).all(axis=1)):
        locator.FindClosestPoint(points[row].tolist(), closest, cell, cell_id, part, squared)
        nearest[row] = closest
    return nearest
