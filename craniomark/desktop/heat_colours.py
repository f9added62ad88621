"""Colours of errors on a surface: bone where there is none, warm and cold away from it."""

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.marked_chart import MARK
from craniomark.desktop.words import tr
from craniomark.mrml import Node, Scene
from craniomark.mrml.nodes import edited

COUNT = 255
"""Odd, so that a colour of its own stands for no error."""
_BELOW = (0.80, 0.78, 0.74)
_SIZES = np.array(
    [(0.95, 0.92, 0.86), (0.99, 0.80, 0.45), (0.93, 0.47, 0.19), (0.72, 0.13, 0.15), (0.32, 0.02, 0.18)]
)
_SIGNED = np.array(
    [(0.05, 0.19, 0.47), (0.22, 0.49, 0.76), (0.62, 0.79, 0.90), (0.95, 0.92, 0.86),
     (0.98, 0.70, 0.52), (0.84, 0.33, 0.25), (0.45, 0.03, 0.11)]
)  # fmt: skip
ERRORS, DOUBTS = "error colours", "uncertainty colours"
"""Marks of the colour tables, one for each use."""


def colours(signed: bool, most: float, threshold: float) -> NDArray[np.float64]:
    """Colours from the lowest to the highest value.

    Parameters
    ----------
    signed : bool
        From ``-most`` to ``most``; else from 0.
    most : float
        End of the colours, mm.
    threshold : float
        Size, mm, under which an error has the grey of what doesn't matter.

    Returns
    -------
    ndarray, shape (COUNT, 3)
        Red, green, blue, 0 to 1.
    """
    stops = _SIGNED if signed else _SIZES
    at = np.linspace(0, len(stops) - 1, COUNT)
    found = np.stack([np.interp(at, np.arange(len(stops)), stops[:, part]) for part in range(3)], axis=1)
    values = np.linspace(-most if signed else 0.0, most, COUNT)
    found[np.abs(values) < threshold] = _BELOW
    return found


def put_colours(scene: Scene, signed: bool, most: float, threshold: float, mark: str = ERRORS) -> Node:
    """Put them into the colour table of the scene with this mark, which is made where there is none."""
    kind = "vtkMRMLColorTableNode"
    nodes = [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]
    node = next((one for one in nodes if one.GetAttribute(MARK) == mark), None)
    if node is None:
        name = tr("Error colours") if mark == ERRORS else tr("Uncertainty colours")
        node = scene.AddNewNodeByClass(kind, name)
        node.SetAttribute(MARK, mark)
        node.SetTypeToUser()
        node.SetNumberOfColors(COUNT)
        node.SetNamesFromColors()
    with edited(node):
        for number, (red, green, blue) in enumerate(colours(signed, most, threshold)):
            node.SetColor(number, red, green, blue, 1.0)
        node.GetLookupTable().SetTableRange(-most if signed else 0.0, most)
    return node
