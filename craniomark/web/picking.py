"""The vertex of a surface that was picked, and a point that marks it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.meshes import Surface
from craniomark.mrml import turned


@dataclass(frozen=True)
class Picked:
    """A vertex: its number, place in LPS mm, and the value there; None where none is shown."""

    vertex: int
    place: tuple[float, float, float]
    value: float | None


class VertexMark:
    """The point in the scene.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    """

    def __init__(self, scene_of: Callable[[], Any]) -> None:
        self._scene_of, self._node = scene_of, ""

    def put(self, surface: Surface, values: NDArray[np.float64] | None, ras: NDArray[np.float64]) -> Picked:
        """Mark the vertex nearest to a place in the world, RAS mm, shape (3,)."""
        number = int(np.argmin(((surface.vertices - turned(ras)) ** 2).sum(axis=1)))
        x, y, z = surface.vertices[number].tolist()
        self._put((x, y, z), str(number))
        return Picked(number, (x, y, z), None if values is None else float(values[number]))

    def end(self) -> None:
        """Take it out of the scene."""
        node = self._scene_of().GetNodeByID(self._node) if self._node else None
        if node is not None:
            self._scene_of().RemoveNode(node)
        self._node = ""

    def _put(self, lps: tuple[float, float, float], name: str) -> None:
        scene = self._scene_of()
        node = scene.GetNodeByID(self._node) if self._node else None
        if node is None:
            node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "picked")
            node.CreateDefaultDisplayNodes()
            node.SetLocked(True)
            display = node.GetDisplayNode()
            display.SetSelectedColor(0.16, 0.72, 0.64)
            display.SetPropertiesLabelVisibility(False)
            self._node = node.GetID()
        node.RemoveAllControlPoints()
        x, y, z = turned(lps).tolist()
        node.AddControlPoint(x, y, z, name)
