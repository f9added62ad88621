"""A point moved by keys: one voxel along the axes of a slice."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.mrml import turned
from craniomark.mrml.frames import array_of


def nudged(
    place: NDArray[np.float64], view_node: Any, step: tuple[int, int, int], mm: float
) -> NDArray[np.float64]:
    """A place in the world, LPS mm, moved along the axes of a slice.

    Parameters
    ----------
    place : ndarray, shape (3,)
        LPS mm.
    view_node : vtkMRMLSliceNode
        The slice.
    step : tuple of int
        To the right, up, and towards the viewer of the screen.
    mm : float
        Size of a step.
    """
    axes = array_of(view_node.GetSliceToRAS())
    return np.asarray(place + turned(mm * (axes[:3, :3] @ np.array(step))))
