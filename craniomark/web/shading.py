"""Surfaces that look smooth."""

from craniomark.ground.meshes import Surface
from craniomark.ground.meshes.normals import vertex_normals
from craniomark.mrml import Node, turned


def shade_smoothly(node: Node, surface: Surface) -> None:
    """Give the model of a surface normals at its vertices."""
    from vtkmodules.util.numpy_support import numpy_to_vtk

    array = numpy_to_vtk(turned(vertex_normals(surface)), deep=True)
    array.SetName("Normals")
    node.GetPolyData().GetPointData().SetNormals(array)
