"""A surface with numbers at its vertices, such as errors of a shape model: coloured, counted, picked."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface
from craniomark.mrml import Node, add_surface
from craniomark.mrml.nodes import edited
from craniomark.web.bars import BINS, Histogram, hex_colours, histogram, summary_of
from craniomark.web.bone_nodes import COLOUR
from craniomark.web.picking import Picked, VertexMark
from craniomark.web.shading import shade_smoothly

_SCALE = np.array([(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)]) / 255
"""Red, green and blue at even steps; between them colours are mixed. Source: matplotlib's viridis (CC0)."""
_SHADES = 256
_COLOURS = "CranioMark errors"
PLAIN = ""


def colour_at(fraction: float) -> tuple[float, float, float]:
    """Red, green and blue, 0 to 1, at a part of the scale of colours."""
    at = float(np.clip(fraction, 0, 1)) * (len(_SCALE) - 1)
    low = min(int(at), len(_SCALE) - 2)
    red, green, blue = (_SCALE[low] + (at - low) * (_SCALE[low + 1] - _SCALE[low])).tolist()
    return red, green, blue


def bar_colours() -> list[str]:
    """Of the bins of a histogram, as a page writes them."""
    mixed = (colour_at((number + 0.5) / BINS) for number in range(BINS))
    return hex_colours(mixed)


class SurfaceShown:
    """The surface that is shown; none at the beginning.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    """

    def __init__(self, scene_of: Callable[[], Any]) -> None:
        self._scene_of = scene_of
        self._node, self._mark = "", VertexMark(scene_of)
        self.surface: Surface | None = None
        self.name, self.array = "", PLAIN
        self.low, self.high = 0.0, 0.0
        self.picked: Picked | None = None

    @property
    def node(self) -> Node | None:
        """The model; None where none is shown."""
        return self._scene_of().GetNodeByID(self._node) if self._node else None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the numbers that the surface has."""
        return tuple(self.surface.scalars) if self.surface is not None else ()

    @property
    def values(self) -> NDArray[np.float64] | None:
        """The numbers that are shown, shape (V,)."""
        return self.surface.scalars.get(self.array) if self.surface is not None else None

    @property
    def counts(self) -> Histogram | None:
        """How often each value occurs; None where none are shown."""
        values = self.values
        return None if values is None else histogram(values, self.low, self.high)

    @property
    def summary(self) -> dict[str, float]:
        """Mean, median, 95th percentile and maximum of what is shown; empty for none."""
        values = self.values
        return {} if values is None else summary_of(values)

    def show(self, surface: Surface, name: str) -> None:
        """Show another surface, with the first of its numbers."""
        self.end()
        node = add_surface(self._scene_of(), surface, name)
        shade_smoothly(node, surface)
        self._node, self.surface, self.name = node.GetID(), surface, name
        self.choose(self.names[0] if self.names else PLAIN)

    def choose(self, array: str) -> None:
        """Colour it by some of its numbers, or with an empty name not at all.

        Raises
        ------
        InputError
            If it has no such numbers.
        """
        if array and array not in self.names:
            raise InputError(self.name, tr("values"), repr(array), tr("choose others"))
        self.array, self.picked = array, None
        values = self.values
        there = values[np.isfinite(values)] if values is not None else np.zeros(0)
        self.range(float(there.min()), float(there.max())) if len(there) else self.range(0.0, 0.0)

    def range(self, low: float, high: float) -> None:
        """Values that get the first and the last colour."""
        if not low <= high:
            raise InputError(self.name, tr("range"), f"{low:g} to {high:g}", tr("give the smaller one first"))
        self.low, self.high = low, high
        self._colour()

    def pick(self, ras: NDArray[np.float64]) -> Picked | None:
        """Choose the vertex nearest to a place in the world, RAS mm, shape (3,)."""
        if self.surface is None:
            return None
        self.picked = self._mark.put(self.surface, self.values, ras)
        return self.picked

    def end(self) -> None:
        """Show none."""
        scene = self._scene_of()
        if self.node is not None:
            scene.RemoveNode(self.node)
        self._mark.end()
        self._node = self.name = ""
        self.surface, self.array, self.picked = None, PLAIN, None

    def _colour(self) -> None:
        node = self.node
        if node is None:
            return
        display = node.GetDisplayNode()
        with edited(display):
            display.SetScalarVisibility(bool(self.array))
            display.SetVisibility2D(False)
            display.SetInterpolation(display.PhongInterpolation)
            display.SetColor(*COLOUR)
            display.SetAmbient(0.15)
            if self.array:
                display.SetActiveScalarName(self.array)
                display.SetAndObserveColorNodeID(self._colours().GetID())
                display.SetScalarRangeFlag(display.UseManualScalarRange)
                display.SetScalarRange(self.low, self.high)

    def _colours(self) -> Node:
        """The table of colours in the scene."""
        node = self._scene_of().GetFirstNodeByName(_COLOURS)
        if node is None:
            node = self._scene_of().AddNewNodeByClass("vtkMRMLColorTableNode", _COLOURS)
            node.SetTypeToUser()
            node.SetNumberOfColors(_SHADES)
            for number in range(_SHADES):
                node.SetColor(number, str(number), *colour_at(number / (_SHADES - 1)), 1.0)
        return node
