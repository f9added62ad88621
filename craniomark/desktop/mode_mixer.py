"""The mean shape moved along its modes, at once: sums of fields that the child has worked out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface
from craniomark.mrml import Node, Scene, add_surface, put_vertices

MARK = "CranioMark.Modes"


class ModeMixer:
    """Mean mesh and modes of a shape model.

    Parameters
    ----------
    path : Path
        ``.npz`` of the job `ShapeModes`.

    Raises
    ------
    InputError
        If it isn't there or can't be read.
    """

    def __init__(self, path: Path) -> None:
        try:
            with np.load(path, allow_pickle=False) as held:
                self._vertices, self._faces = held["vertices"], held["faces"]
                self._fields = held["fields"].reshape(len(held["fields"]), -1)
                self.shares = np.asarray(held["shares"], dtype=np.float64)
                self.sd = np.asarray(held["sd"], dtype=np.float64)
        except (OSError, ValueError, KeyError, EOFError) as error:
            remedy = tr("show the modes again")
            raise InputError(path, tr("modes"), tr("not readable"), remedy) from error

    @property
    def count(self) -> int:
        """Modes that there are."""
        return len(self._fields)

    def vertices(self, wanted: Sequence[float]) -> NDArray[np.float32]:
        """Vertices, shape (V, 3), LPS mm, of the mean shape plus so many standard deviations of each mode."""
        amounts = np.zeros(self.count, dtype=np.float32)
        amounts[: len(wanted)] = list(wanted)[: self.count]
        return np.asarray(self._vertices + (amounts @ self._fields).reshape(self._vertices.shape))

    def surface(self, wanted: Sequence[float]) -> Surface:
        """The same as a surface."""
        return Surface(self.vertices(wanted).astype(np.float64), self._faces.astype(np.int64))


def show_shape(scene: Scene, mixer: ModeMixer, wanted: Sequence[float]) -> Node:
    """Show a shape in the model node of the modes, which is made where there is none or of another mesh."""
    node = shape_node(scene)
    if node is not None:
        polydata = node.GetPolyData()
        if polydata is not None and polydata.GetNumberOfPoints() == len(mixer.vertices(())):
            put_vertices(mixer.vertices(wanted), node)
            return node
        scene.RemoveNode(node)
    node = add_surface(scene, mixer.surface(wanted), tr("Shape of the modes"))
    node.SetAttribute(MARK, "1")
    display = node.GetDisplayNode()
    display.SetColor(0.93, 0.87, 0.76)
    display.SetVisibility2D(True)
    return node


def shape_node(scene: Scene) -> Node | None:
    """The model node of the modes; None where there is none."""
    kind = "vtkMRMLModelNode"
    nodes = [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]
    return next((node for node in nodes if node.GetAttribute(MARK)), None)
