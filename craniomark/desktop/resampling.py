"""An oriented volume on the axes of the world, made by a thread while the windows go on."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.board import JobBoard
from craniomark.desktop.words import sentence, tr
from craniomark.ground.checks import InputError, check_memory
from craniomark.ground.volumes import Volume, resample
from craniomark.mrml import Node, add_volume, volume_of
from craniomark.mrml.nodes import name_of

BYTES_A_VOXEL = 8
"""Of memory while a volume is resampled, at most."""
SLABS = 24
"""In which it is made: after each the thread looks whether it is still wanted."""
Shape = tuple[int, int, int]


def upright_grid(volume: Volume, spacing: float) -> tuple[Shape, NDArray[np.float64]]:
    """Shape and index-to-LPS matrix of a grid along the world's axes that holds the whole volume.

    Parameters
    ----------
    volume : Volume
        Placed in the world.
    spacing : float
        Of the grid, mm; 0 for the finest of the volume.
    """
    corners = np.array(np.meshgrid(*[(0, size - 1) for size in volume.array.shape])).reshape(3, -1)
    places = volume.matrix[:3, :3] @ corners + volume.matrix[:3, 3:]
    low, high = places.min(1), places.max(1)
    size = spacing or float(volume.spacing.min())
    shape = np.ceil(np.round((high - low) / size, 6)).astype(int) + 1
    matrix = np.diag([size, size, size, 1.0])
    matrix[:3, 3] = low
    return (int(shape[0]), int(shape[1]), int(shape[2])), matrix


class Making:
    """One volume in the making.

    Parameters
    ----------
    volume : Volume
        Input.
    shape, matrix : tuple of int, ndarray of shape (4, 4)
        Grid of the output, index to LPS mm.
    """

    def __init__(self, volume: Volume, shape: Shape, matrix: NDArray[np.float64]) -> None:
        self._volume, self._shape, self._matrix = volume, shape, matrix
        self.fraction = 0.0
        self._made: Volume | None = None
        self._error: Exception | None = None
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._work, name="craniomark resample", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether the thread has ended."""
        return not self._thread.is_alive()

    def give_up(self) -> None:
        """Go on no further than to the end of the slab."""
        self._given_up.set()

    def result(self) -> Volume:
        """The new volume; raises what kept it from being made."""
        if self._error is not None:
            raise self._error
        if self._made is None:
            raise InputError(tr("Resample"), tr("new volume"), tr("not made"), tr("try again"))
        return self._made

    def _work(self) -> None:
        try:
            self._made = self._whole()
        except Exception as error:
            self._error = error

    def _whole(self) -> Volume | None:
        volume, (count, *others) = self._volume, self._shape
        fill, thick = float(volume.array.min()), -(-count // SLABS)
        array = np.empty(self._shape, volume.array.dtype)
        part = volume
        for first in range(0, count, thick):
            if self._given_up.is_set():
                return None
            size = (min(thick, count - first), others[0], others[1])
            matrix = self._matrix.copy()
            matrix[:3, 3] += first * matrix[:3, 0]
            part = resample(volume, size, matrix, fill=fill)
            array[first : first + size[0]] = part.array
            self.fraction = (first + size[0]) / count
        return replace(part, array=array, matrix=self._matrix)


class Resampler:
    """Makes new volumes; the first one stays as it is.

    Parameters
    ----------
    board : JobBoard
        Looks whether the thread is done.
    scene_of : callable
        Gives the scene.
    """

    def __init__(self, board: JobBoard, scene_of: Callable[[], Any]) -> None:
        self._board, self._scene_of = board, scene_of
        self.changed: Callable[[], None] = lambda: None
        """Called while it goes on."""
        self.told: Callable[[str, str], None] = lambda _kind, _words: None
        """Given how it ended: ``note`` or ``fault``, and a sentence."""
        self._making: Making | None = None
        self._name = ""

    @property
    def busy(self) -> bool:
        """Whether a volume is being made."""
        return self._making is not None

    @property
    def fraction(self) -> float:
        """Of the volume, 0 to 1."""
        return self._making.fraction if self._making is not None else 0.0

    @property
    def status(self) -> str:
        """A line on what it is at."""
        return tr("Resampling {name}").format(name=self._name) if self.busy else ""

    def begin(self, node: Node | None, spacing: float) -> None:
        """Resample a volume as it is placed in the world; InputError where it can't be."""
        if self.busy:
            return
        volume = volume_of(node, shared=True, trusted=True)
        shape, matrix = upright_grid(volume, spacing)
        self._name = name_of(node)
        check_memory(self._name, int(np.prod(shape, dtype=object)) * BYTES_A_VOXEL)
        making = self._making = Making(volume, shape, matrix)
        self._board.follow(lambda: self._follow(making))

    def cancel(self) -> None:
        """Make nothing; what was begun is dropped."""
        if self._making is not None:
            self.drop()
            self.told("note", tr("Stopped; nothing was made."))

    def drop(self) -> None:
        """As `cancel`, without a word."""
        if self._making is not None:
            self._making.give_up()
            self._making = None

    def _follow(self, making: Making) -> bool:
        if making is not self._making:
            return True
        if not making.done:
            self.changed()
            return False
        self._making = None
        try:
            name = tr("{name} upright").format(name=self._name)
            node = add_volume(self._scene_of(), making.result(), name)
        except Exception as error:
            self.told("fault", sentence(error))
        else:
            self.told("note", tr("Made {name}.").format(name=name_of(node)))
        return True
