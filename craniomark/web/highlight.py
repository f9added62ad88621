"""A mark around the point under review, so that it is found among the others at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.mrml import turned
from craniomark.mrml.nodes import edited

COLOUR = (1.0, 0.93, 0.35)


class Highlight:
    """Marks one place in all views.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    """

    def __init__(self, scene_of: Callable[[], Any]) -> None:
        self._scene_of, self._node = scene_of, ""

    def show(self, place: NDArray[np.float64] | None) -> None:
        """Mark a place in the world, LPS mm, shape (3,); None or NaN for no mark."""
        node = self._scene_of().GetNodeByID(self._node) if self._node else None
        if place is None or not np.isfinite(place).all():
            if node is not None:
                node.SetDisplayVisibility(False)
            return
        node = node or self._made()
        x, y, z = turned(place).tolist()
        if node.GetNumberOfControlPoints():
            node.SetNthControlPointPosition(0, x, y, z)
        else:
            node.AddControlPoint(x, y, z, "")
        node.SetDisplayVisibility(True)

    def _made(self) -> Any:
        node = self._scene_of().AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "under review")
        node.SetLocked(True)
        node.SetHideFromEditors(True)
        node.CreateDefaultDisplayNodes()
        flat = node.GetDisplayNode()
        solid = self._scene_of().AddNewNodeByClass("vtkMRMLMarkupsFiducialDisplayNode")
        node.AddAndObserveDisplayNodeID(solid.GetID())
        for display, glyph, size in ((flat, "CrossDot2D", 3.4), (solid, "Sphere3D", 2.8)):
            with edited(display):
                display.SetGlyphTypeFromString(glyph)
                display.SetGlyphScale(size)
                display.SetColor(*COLOUR)
                display.SetSelectedColor(*COLOUR)
                display.SetPointLabelsVisibility(False)
                display.SetPropertiesLabelVisibility(False)
                display.SetOccludedVisibility(True)
                display.SetOccludedOpacity(0.6)
        flat.SetVisibility3D(False)
        solid.SetVisibility2D(False)
        solid.SetOpacity(0.6)
        self._node = node.GetID()
        return node
