"""Surfaces to and from VTK, whose errors are caught instead of printed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.meshes.strips import triangles_of_strips
from craniomark.ground.meshes.surface import Surface

if TYPE_CHECKING:
    from vtkmodules.vtkCommonCore import vtkStringOutputWindow
    from vtkmodules.vtkCommonDataModel import vtkPolyData


@contextmanager
def caught_messages() -> Iterator["vtkStringOutputWindow"]:
    """Collect what VTK would print or show in a window; the text is ``GetOutput()`` of what is yielded."""
    from vtkmodules.vtkCommonCore import vtkLogger, vtkOutputWindow, vtkStringOutputWindow

    before, verbosity = vtkOutputWindow.GetInstance(), vtkLogger.GetCurrentVerbosityCutoff()
    window = vtkStringOutputWindow()
    vtkOutputWindow.SetInstance(window)
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    try:
        yield window
    finally:
        vtkLogger.SetStderrVerbosity(verbosity)
        vtkOutputWindow.SetInstance(before)


def polydata_of(
    vertices: NDArray[np.float64], sizes: NDArray[np.int64], corners: NDArray[np.int64]
) -> "vtkPolyData":
    """VTK's polygons from vertices, number of corners of each polygon, and all corners."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    points = vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(vertices, dtype=np.float64), deep=True))
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    cells = vtkCellArray()
    cells.SetData(
        numpy_to_vtkIdTypeArray(offsets, deep=True),
        numpy_to_vtkIdTypeArray(np.ascontiguousarray(corners, dtype=np.int64), deep=True),
    )
    polydata = vtkPolyData()
    polydata.SetPoints(points)
    polydata.SetPolys(cells)
    return polydata


def surface_polydata(surface: Surface) -> "vtkPolyData":
    """VTK's form of a surface, LPS mm, with its scalars."""
    from vtkmodules.util.numpy_support import numpy_to_vtk

    polydata = polydata_of(surface.vertices, np.full(len(surface.faces), 3), surface.faces.ravel())
    for name, values in surface.scalars.items():
        array = numpy_to_vtk(np.ascontiguousarray(values, dtype=np.float64), deep=True)
        array.SetName(name)
        polydata.GetPointData().AddArray(array)
    return polydata


def faces_of(polydata: "vtkPolyData") -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number of corners of each polygon, and all corners; strips become triangles."""
    sizes, corners = _cells(polydata.GetPolys())
    strip_sizes, strip_corners = triangles_of_strips(*_cells(polydata.GetStrips()))
    return np.concatenate([sizes, strip_sizes]), np.concatenate([corners, strip_corners])


def _cells(cells: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    offsets = vtk_to_numpy(cells.GetOffsetsArray()).astype(np.int64)
    return np.diff(offsets), vtk_to_numpy(cells.GetConnectivityArray()).astype(np.int64)


def scalars_of(polydata: "vtkPolyData") -> dict[str, NDArray[np.float64]]:
    """Named arrays with one number for each point."""
    from vtkmodules.util.numpy_support import vtk_to_numpy

    data = polydata.GetPointData()
    found = {}
    for number in range(data.GetNumberOfArrays()):
        array = data.GetArray(number)
        if array is not None and array.GetNumberOfComponents() == 1 and array.GetName():
            found[array.GetName()] = vtk_to_numpy(array).astype(np.float64)
    return found
