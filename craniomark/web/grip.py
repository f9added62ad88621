"""The point under review is taken before all others, which are locked but may lie in front of it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from craniomark.mrml import Node

REACH_PIXELS = 9.0
"""Of the page: so near to the mouse the point is taken."""
_MOVE = "MouseMoveEvent"

Held = Callable[[], tuple[Node, int] | None]


class Grip:
    """Lets a press take the point under review where the mouse is near to it.

    Of points that lie at one place of the picture, the widgets take the first, though it be locked: on a
    skull that is seen from the front, one of its back. And they know only what the last move of the mouse
    told, though the picture may have turned since.

    Parameters
    ----------
    held : callable
        Gives the list and the number of the point that may be moved, or None.
    """

    def __init__(self, held: Held) -> None:
        self._held = held

    def take(self, view: Any, scale: float) -> bool:
        """Before a press is handed on: let it take the point, if it is near; tells whether it does.

        Parameters
        ----------
        view : trame_slicer view
            In which the button goes down.
        scale : float
            Pixels of the view for each of the page.
        """
        held = self._held()
        if held is None:
            return False
        view.interactor().InvokeEvent(_MOVE)  # the widgets look where the mouse is now
        node, number = held
        display = node.GetDisplayNode()
        at = position_in(view, node, number)
        if at is None or display.GetActiveComponentType() != display.ComponentControlPoint:
            return False
        far = np.hypot(*np.subtract(at, view.interactor().GetEventPosition()))
        if far > REACH_PIXELS * scale:
            return False
        display.SetActiveControlPoint(number)
        return True


def position_in(view: Any, node: Node, number: int) -> tuple[float, float] | None:
    """Where a point is in a view, pixels from the lower left; None where the view does not show it."""
    if node.GetNthControlPointPositionStatus(number) != node.PositionDefined:
        return None
    world = [0.0, 0.0, 0.0]
    node.GetNthControlPointPositionWorld(number, world)
    if not view.get_view_node().IsA("vtkMRMLSliceNode"):
        return in_solid(view, world)
    across, up, off = in_slice(view, world)
    return (across, up) if abs(off) <= 1 else None


def in_slice(view: Any, world: Any) -> tuple[float, float, float]:
    """Where a place, RAS mm, is in a slice view: pixels from the lower left, and slices in front of it."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    inverse = vtkMatrix4x4()
    vtkMatrix4x4.Invert(view.get_view_node().GetXYToRAS(), inverse)
    across, up, off, _ = inverse.MultiplyPoint((*world, 1.0))
    return across, up, off


def in_solid(view: Any, world: Any) -> tuple[float, float]:
    """Where a place, RAS mm, is in a 3D view: pixels from the lower left."""
    renderer = view.renderer()
    renderer.SetWorldPoint(*world, 1.0)
    renderer.WorldToDisplay()
    across, up, _ = renderer.GetDisplayPoint()
    return across, up
