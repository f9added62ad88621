"""An oriented volume on the axes of the world, made by a thread while the windows go on."""

import threading
from collections.abc import Callable
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


def upright_grid(volume: Volume, spacing: float) -> tuple[tuple[int, int, int], NDArray[np.float64]]:
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


class Resampler:
    """Makes new volumes; the first one stays as it is.

    Parameters
    ----------
    board : JobBoard
        Looks whether the thread is done.
    scene_of : callable
        Gives the scene.
    told : callable
        Given the new node, or a sentence on what went wrong.
    """

    def __init__(
        self, board: JobBoard, scene_of: Callable[[], Any], told: Callable[[Node | None, str], None]
    ) -> None:
        self._board, self._scene_of, self.told = board, scene_of, told
        self._thread: threading.Thread | None = None
        self._made: Volume | None = None
        self._error: Exception | None = None
        self._name = ""

    @property
    def busy(self) -> bool:
        """Whether a volume is being made."""
        return self._thread is not None

    def begin(self, node: Node | None, spacing: float) -> None:
        """Resample a volume as it is placed in the world; InputError where it can't be."""
        if self.busy:
            return
        volume = volume_of(node, shared=True, trusted=True)
        shape, matrix = upright_grid(volume, spacing)
        self._name = name_of(node)
        check_memory(self._name, int(np.prod(shape, dtype=object)) * BYTES_A_VOXEL)
        self._made, self._error = None, None
        arguments = (volume, shape, matrix)
        self._thread = threading.Thread(
            target=self._work, args=arguments, name="craniomark resample", daemon=True
        )
        self._thread.start()
        self._board.follow(self._follow)

    def _work(self, volume: Volume, shape: tuple[int, int, int], matrix: NDArray[np.float64]) -> None:
        try:
            self._made = resample(volume, shape, matrix)
        except Exception as error:
            self._error = error

    def _follow(self) -> bool:
        if self._thread is not None and self._thread.is_alive():
            return False
        self._thread = None
        made, self._made = self._made, None
        try:
            if self._error is not None:
                raise self._error
            if made is None:
                raise InputError(self._name, tr("new volume"), tr("not made"), tr("try again"))
            node = add_volume(self._scene_of(), made, tr("{name} upright").format(name=self._name))
        except Exception as error:
            self.told(None, sentence(error))
        else:
            self.told(node, tr("Made {name}, upright.").format(name=name_of(node)))
        return True
