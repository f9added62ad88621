"""A point that the user puts onto a surface: the value of the vertex beside it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from craniomark.desktop.marked_chart import MARK, marked
from craniomark.desktop.words import tr
from craniomark.ground.meshes import Surface
from craniomark.mrml import Node, Scene
from craniomark.mrml.frames import turned

_PROBE = "probe"


class VertexProbe:
    """The point, its observer, and the vertex under it.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    """

    def __init__(self, scene_of: Callable[[], Scene]) -> None:
        self._scene_of = scene_of
        self.moved: Callable[[], None] = lambda: None
        """Called when the point was put somewhere."""
        self._watched: tuple[Node, list[int]] | None = None

    @property
    def node(self) -> Node | None:
        """The point; None where there is none."""
        return marked(self._scene_of(), _PROBE, "MarkupsFiducial")

    def begin(self) -> Node:
        """Let the user put the point by a click; returns its node."""
        scene, node = self._scene_of(), self.node
        if node is None:
            node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", tr("Probe"))
            node.SetAttribute(MARK, _PROBE)
            node.SetSaveWithScene(False)
            node.CreateDefaultDisplayNodes()
            node.SetMaximumNumberOfControlPoints(1)
        node.RemoveAllControlPoints()
        self._watch(node)
        return node

    def end(self) -> None:
        """Take the point away."""
        self._unwatch()
        node = self.node
        if node is not None:
            self._scene_of().RemoveNode(node)

    def forget(self) -> None:
        """The scene is gone."""
        self._watched = None

    def vertex(self, surface: Surface | None) -> tuple[int, float] | None:
        """Row and distance, mm, of the nearest vertex; None where no point is put."""
        node = self.node
        if node is None or surface is None or not node.GetNumberOfControlPoints():
            return None
        if node.GetNthControlPointPositionStatus(0) != node.PositionDefined:
            return None
        place = turned(node.GetNthControlPointPositionWorld(0)).reshape(3)
        away = ((surface.vertices - place) ** 2).sum(axis=1)
        row = int(away.argmin())
        return row, float(np.sqrt(away[row]))

    def _watch(self, node: Node) -> None:
        self._unwatch()
        events = (node.PointPositionDefinedEvent, node.PointModifiedEvent)
        self._watched = node, [node.AddObserver(event, self._heard) for event in events]

    def _unwatch(self) -> None:
        if self._watched is not None:
            node, tags = self._watched
            for tag in tags:
                node.RemoveObserver(tag)
            self._watched = None

    def _heard(self, *_event: Any) -> None:
        self.moved()


def vertex_words(surface: Surface, row: int) -> str:
    """The values of a vertex."""
    names = {"signed_error_mm": tr("error {value} mm"), "bound90_mm": tr("uncertainty {value} mm")}
    told = [
        words.format(value=f"{surface.scalars[name][row]:+.3f}" if "signed" in name
                     else f"{surface.scalars[name][row]:.3f}")
        for name, words in names.items() if name in surface.scalars
    ]  # fmt: skip
    place = ", ".join(f"{one:.2f}" for one in surface.vertices[row])
    return tr("Vertex {row} at {place} (LPS mm): {values}").format(
        row=row, place=place, values=", ".join(told)
    )
