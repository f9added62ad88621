"""A volume or surface of the scene on its way to the child: written to a file, while the windows go on."""

import threading
from pathlib import Path
from typing import Any

import numpy as np

from craniomark.desktop.raw_nrrd import write_raw_nrrd
from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import write_surface
from craniomark.mrml import Node, surface_of, volume_of
from craniomark.mrml.models import MODEL
from craniomark.mrml.nodes import name_of
from craniomark.mrml.parents import is_linear, linear_to_world


class SurfaceHandover:
    """A surface model written to a file at once, which takes a tenth of a second.

    Parameters
    ----------
    node : vtkMRMLModelNode
        Under linear parents.
    path : Path
        A ``.ply`` file in an existing folder, in the node's own frame.

    Raises
    ------
    InputError
        As `surface_of`; or where a transform bends the model.
    """

    def __init__(self, node: Node, path: Path) -> None:
        self.path, self.name = path, name_of(node)
        if not is_linear(node):
            remedy = tr("harden the transform first")
            raise InputError(self.name, tr("transform"), tr("not linear"), remedy)
        self.to_world = linear_to_world(node)
        """4x4, the node's own LPS mm to those of the world, as it was."""
        surface = surface_of(node).moved(np.linalg.inv(self.to_world))
        self.left_right_known = surface.left_right_known
        self._state = _surface_state(node)
        write_surface(surface, path)

    @property
    def flipped(self) -> bool:
        """Whether its transforms mirror it."""
        return bool(np.linalg.det(self.to_world[:3, :3]) < 0)

    @property
    def done(self) -> bool:
        """Whether it is written: at once."""
        return True

    def give_up(self) -> None:
        """It is written already."""

    def check(self, node: Node) -> None:
        """Raise InputError where the model has changed since."""
        if _surface_state(node) != self._state:
            value = tr("not what it was when the work began")
            raise InputError(self.name, tr("model"), value, tr("start again"))


class Handover:
    """Writes the voxels of a node; MRML is asked here only, never by the thread.

    Parameters
    ----------
    node : vtkMRMLScalarVolumeNode
        Any placement, under linear parents.
    path : Path
        A ``.nrrd`` file in an existing folder.
    own : bool
        Place it in the node's own frame, as its file does; else in the world.

    Raises
    ------
    InputError
        As `volume_of`.
    """

    def __init__(self, node: Node, path: Path, own: bool = False) -> None:
        volume = volume_of(node, shared=True, trusted=True)
        self.path, self.name = path, name_of(node)
        self.left_right_known = volume.left_right_known
        self.to_world = linear_to_world(node)
        """4x4, the node's own LPS mm to those of the world, as it was."""
        self._image, self._state = node.GetImageData(), _state(node)
        self._error: Exception | None = None
        self._given_up = threading.Event()
        matrix = np.linalg.inv(self.to_world) @ volume.matrix if own else volume.matrix
        self._thread = threading.Thread(
            target=self._write, args=(volume.array, matrix), name="craniomark handover", daemon=True
        )
        self._thread.start()

    @property
    def flipped(self) -> bool:
        """Whether its transforms mirror it, as Flip in AutoOrient does."""
        return bool(np.linalg.det(self.to_world[:3, :3]) < 0)

    @property
    def done(self) -> bool:
        """Whether the thread has ended."""
        return not self._thread.is_alive()

    def give_up(self) -> None:
        """Write no further."""
        self._given_up.set()

    def check(self, node: Node) -> None:
        """Raise what kept the file from being written, or InputError where the volume has changed since."""
        if self._error is not None:
            raise self._error
        if _state(node) != self._state:
            value = tr("not what it was when the work began")
            raise InputError(self.name, tr("volume"), value, tr("start again"))

    def _write(self, array: Any, matrix: Any) -> None:
        try:
            write_raw_nrrd(self.path, array, matrix, self._look)
        except _GivenUpError:
            self.path.unlink(missing_ok=True)
        except Exception as error:
            self._error = error
        finally:
            self._image = None

    def _look(self) -> None:
        if self._given_up.is_set():
            raise _GivenUpError


class _GivenUpError(Exception):
    """Nobody wants the file any more."""


def handed_over(node: Node, folder: Path, id_: str) -> "Handover | SurfaceHandover":
    """A volume or surface model on its way into a folder, in its own frame."""
    if node.IsA(MODEL):
        return SurfaceHandover(node, folder / f"{id_}.ply")
    return Handover(node, folder / f"{id_}.nrrd", own=True)


def _surface_state(node: Node) -> tuple[Any, ...]:
    polydata = node.GetPolyData()
    return () if polydata is None else (polydata.GetAddressAsString("vtkPolyData"), polydata.GetMTime())


def _state(node: Node) -> tuple[Any, ...]:
    """Changes with the voxels and their placement in the node."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    image, matrix = node.GetImageData(), vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    elements = tuple(np.round(matrix.GetElement(row, column), 9) for row in range(4) for column in range(4))
    if image is None:
        return (elements,)
    return (image.GetAddressAsString("vtkImageData"), image.GetMTime(), elements)
