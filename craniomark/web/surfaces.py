"""A surface with numbers at its vertices, such as errors of a shape model: coloured, counted, picked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface
from craniomark.mrml import Node, add_surface, turned
from craniomark.mrml.nodes import edited
from craniomark.web.bone_nodes import COLOUR
from craniomark.web.bone_surface import normals_of

BINS = 40
_SCALE = np.array([(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)]) / 255
"""Red, green and blue at even steps; between them colours are mixed. Source: matplotlib's viridis (CC0)."""
_SHADES = 256
_COLOURS = "CranioMark errors"
PLAIN = ""


@dataclass(frozen=True)
class Histogram:
    """Counts of values between two ends, in bins of one width."""

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Picked:
    """A vertex: its number, place in LPS mm, and the value there; None where none is shown."""

    vertex: int
    place: tuple[float, float, float]
    value: float | None


def histogram(values: NDArray[np.float64], low: float, high: float) -> Histogram:
    """How often values fall into each part of a range; those beyond count at its ends."""
    finite = np.clip(values[np.isfinite(values)], low, high)
    top = high if high > low else low + 1.0
    counts, _ = np.histogram(finite, BINS, (low, top))
    return Histogram(low, high, tuple(int(count) for count in counts))


def colour_at(fraction: float) -> tuple[float, float, float]:
    """Red, green and blue, 0 to 1, at a part of the scale of colours."""
    at = float(np.clip(fraction, 0, 1)) * (len(_SCALE) - 1)
    low = min(int(at), len(_SCALE) - 2)
    red, green, blue = (_SCALE[low] + (at - low) * (_SCALE[low + 1] - _SCALE[low])).tolist()
    return red, green, blue


def bar_colours() -> list[str]:
    """Of the bins of a histogram, as a page writes them."""
    mixed = (colour_at((number + 0.5) / BINS) for number in range(BINS))
    return ["#" + "".join(f"{round(255 * part):02x}" for part in colour) for colour in mixed]


class SurfaceShown:
    """The surface that is shown; none at the beginning.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    """

    def __init__(self, scene_of: Callable[[], Any]) -> None:
        self._scene_of = scene_of
        self._node, self._mark = "", ""
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
        there = values[np.isfinite(values)] if values is not None else np.zeros(0)
        if not len(there):
            return {}
        return {
            tr("mean"): float(there.mean()), tr("median"): float(np.median(there)),
            tr("95 %"): float(np.percentile(there, 95)), tr("largest"): float(there.max()),
        }  # fmt: skip

    def show(self, surface: Surface, name: str) -> None:
        """Show another surface, with the first of its numbers."""
        self.end()
        node = add_surface(self._scene_of(), surface, name)
        _put_normals(node, surface)
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
        place = turned(ras)
        number = int(np.argmin(((self.surface.vertices - place) ** 2).sum(axis=1)))
        x, y, z = self.surface.vertices[number].tolist()
        values = self.values
        self.picked = Picked(number, (x, y, z), None if values is None else float(values[number]))
        self._put_mark()
        return self.picked

    def end(self) -> None:
        """Show none."""
        scene = self._scene_of()
        for identity in (self._node, self._mark):
            node = scene.GetNodeByID(identity) if identity else None
            if node is not None:
                scene.RemoveNode(node)
        self._node = self._mark = self.name = ""
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

    def _put_mark(self) -> None:
        """A point at the vertex that was picked."""
        scene = self._scene_of()
        node = scene.GetNodeByID(self._mark) if self._mark else None
        if node is None:
            node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "picked")
            node.CreateDefaultDisplayNodes()
            node.SetLocked(True)
            display = node.GetDisplayNode()
            display.SetSelectedColor(0.16, 0.72, 0.64)
            display.SetPropertiesLabelVisibility(False)
            self._mark = node.GetID()
        if self.picked is None:
            return
        node.RemoveAllControlPoints()
        x, y, z = turned(self.picked.place).tolist()
        node.AddControlPoint(x, y, z, str(self.picked.vertex))


def _put_normals(node: Node, surface: Surface) -> None:
    from vtkmodules.util.numpy_support import numpy_to_vtk

    array = numpy_to_vtk(turned(normals_of(surface)), deep=True)
    array.SetName("Normals")
    node.GetPolyData().GetPointData().SetNormals(array)
