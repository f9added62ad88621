"""Models of the scene, as surfaces in LPS millimetres."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError, check_memory
from craniomark.ground.meshes import Surface
from craniomark.ground.meshes.raw import RawMesh, cleaned
from craniomark.ground.meshes.vtk_bridge import faces_of, scalars_of, surface_polydata
from craniomark.mrml.frames import turned
from craniomark.mrml.handedness import left_right_known, tell_left_right
from craniomark.mrml.nodes import Node, Scene, added, checked, edited, name_of
from craniomark.mrml.parents import from_world, is_linear, linear_to_world, to_world

MODEL = "vtkMRMLModelNode"


def surface_of(node: Node) -> Surface:
    """The surface of a model node, placed in the world.

    Polygons and strips become triangles. Points without a finite position, and those that no face uses, are
    left out with a note. Under a parent that mirrors, faces are turned so that they still look outward.
    Non-linear parents move the vertices.

    Parameters
    ----------
    node : vtkMRMLModelNode
        With polygons.

    Returns
    -------
    Surface
        LPS mm, with each array of one number per point.

    Raises
    ------
    InputError
        If there is no such node, it has no faces, or a parent flattens space.
    """
    from vtkmodules.util.numpy_support import vtk_to_numpy

    checked(node, MODEL, "model")
    name, polydata = name_of(node), node.GetPolyData()
    if polydata is None or polydata.GetPoints() is None:
        raise InputError(name, "faces", "none", "choose a surface model")
    points = vtk_to_numpy(polydata.GetPoints().GetData())
    check_memory(name, points.size * 8)
    raw = RawMesh(points.astype(np.float64), *faces_of(polydata), scalars_of(polydata))
    surface = cleaned(raw, Path(name), "RAS", left_right_known(node))
    if is_linear(node):
        return surface.moved(linear_to_world(node))
    return _bent(surface, to_world(node, surface.vertices))


def _bent(surface: Surface, vertices: NDArray[np.float64]) -> Surface:
    return replace(surface, vertices=vertices)


def put_surface(surface: Surface, node: Node) -> None:
    """Put a surface into a model node, in one event; under parent transforms it is at its place in the world.

    Parameters
    ----------
    surface : Surface
        LPS mm. Its scalars become arrays of the points.
    node : vtkMRMLModelNode
        What it held before is replaced, not overwritten, so that undo brings it back.

    Raises
    ------
    InputError
        If there is no such node, or a parent has no inverse.
    """
    checked(node, MODEL, "model")
    if is_linear(node):
        local = surface.moved(np.linalg.inv(linear_to_world(node)))
    else:
        local = _bent(surface, from_world(node, surface.vertices))
    polydata = surface_polydata(replace(local, vertices=turned(local.vertices)))
    with edited(node):
        node.SetAndObservePolyData(polydata)
        tell_left_right(node, surface.left_right_known)


def add_surface(scene: Scene, surface: Surface, name: str) -> Node:
    """A new model node that shows `surface`, with a name of its own."""
    node = added(scene, MODEL, name, lambda node: put_surface(surface, node))
    node.CreateDefaultDisplayNodes()
    return node


def put_vertices(vertices: NDArray[np.floating], node: Node) -> None:
    """Move the points of a model node, quickly, for what changes many times a second.

    Parameters
    ----------
    vertices : ndarray, shape (V, 3)
        LPS mm in the frame of the node; parent transforms move them further.
    node : vtkMRMLModelNode
        With as many points. Faces and scalars stay.

    Raises
    ------
    InputError
        If there is no such node, or the numbers differ.
    """
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonCore import vtkPoints

    checked(node, MODEL, "model")
    polydata = node.GetPolyData()
    count = polydata.GetNumberOfPoints() if polydata is not None else 0
    if count != len(vertices):
        raise InputError(name_of(node), "number of points", count, f"choose a model of {len(vertices)}")
    points = vtkPoints()
    points.SetData(numpy_to_vtk(turned(vertices).astype(np.float32), deep=True))
    with edited(node):
        polydata.SetPoints(points)
        polydata.GetPointData().SetNormals(None)
        polydata.Modified()
