"""A skull drawn from six sides with a point on it, for showing where a landmark lies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.volumes import Volume

Picture = NDArray[np.uint8]
FINENESS = 2
"""Voxels and pixels of a picture along a voxel of the volume."""
HIDDEN_MM = 0.6
"""A point so far behind what is seen is not seen from there."""
_PAPER, _BONE = np.array([239.0, 239.0, 239.0]), np.array([226.0, 214.0, 190.0])
_DOT, _RING = np.array([214.0, 60.0, 40.0]), np.array([255.0, 255.0, 255.0])
_LIGHT = np.array([-0.35, 0.45, 0.82])
"""From the left above the viewer: right, up, towards the viewer."""


@dataclass(frozen=True)
class Side:
    """Where the viewer stands: what is right, up and towards them, each as an axis of LPS and its sign."""

    right: tuple[int, int]
    up: tuple[int, int]
    towards: tuple[int, int]

    @property
    def turn(self) -> NDArray[np.float64]:
        """LPS to the picture's axes, shape (3, 3)."""
        rows = np.zeros((3, 3))
        for row, (axis, sign) in zip(rows, (self.right, self.up, self.towards), strict=True):
            row[axis] = sign
        return rows


SIDES = (
    Side((1, 1), (0, -1), (2, 1)),  # from above
    Side((1, 1), (2, 1), (0, 1)),  # from the left
    Side((1, -1), (2, 1), (0, -1)),  # from the right
    Side((1, 1), (0, 1), (2, -1)),  # from below
    Side((0, 1), (2, 1), (1, -1)),  # from the front
    Side((0, -1), (2, 1), (1, 1)),  # from behind
)
"""The first that shows a point is taken."""


class SkullViews:
    """Draws the surface of a volume whose axes are those of LPS.

    Parameters
    ----------
    volume : Volume
        E.g. the template of a model: x is left, y posterior, z superior.
    threshold : float
        Brightness of the surface.
    """

    def __init__(self, volume: Volume, threshold: float) -> None:
        array, self._low = _along_lps(volume)
        self._array = _finer(array)
        self._step, self._threshold = volume.spacing.min() / FINENESS, threshold
        self._drawn: dict[int, tuple[Picture, NDArray[np.float64]]] = {}

    def picture(self, point: NDArray[np.float64]) -> Picture:
        """The side from which a point is seen best, with a dot on it.

        Parameters
        ----------
        point : ndarray, shape (3,)
            LPS mm.

        Returns
        -------
        ndarray of uint8, shape (H, W, 3)
        """
        behind = [self._behind(number, point) for number in range(len(SIDES))]
        number = next((n for n, mm in enumerate(behind) if mm < HIDDEN_MM), int(np.argmin(behind)))
        picture = self._side(number)[0].copy()
        row, column, _ = self._place(number, point)
        _dot(picture, row, column)
        return picture

    def _behind(self, number: int, point: NDArray[np.float64]) -> float:
        """How far a point lies behind the surface that is seen there, mm."""
        row, column, depth = self._place(number, point)
        seen = self._side(number)[1]
        i = int(np.clip(round(row), 0, seen.shape[0] - 1))
        j = int(np.clip(round(column), 0, seen.shape[1] - 1))
        near = seen[max(0, i - 1) : i + 2, max(0, j - 1) : j + 2]
        return float((depth - near[np.isfinite(near)].max(initial=0.0)) * self._step)

    def _place(self, number: int, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """Row, column and depth of a point in the picture, voxels."""
        index = (point - self._low) / self._step
        turn, last = SIDES[number].turn, np.array(self._array.shape) - 1.0
        right, up, towards = turn @ (index - last / 2)
        sizes = np.abs(turn) @ last
        return np.array([sizes[1] / 2 - up, right + sizes[0] / 2, sizes[2] / 2 - towards])

    def _side(self, number: int) -> tuple[Picture, NDArray[np.float64]]:
        """Picture without a dot, and depth of the surface in voxels, NaN where there is none."""
        if number not in self._drawn:
            self._drawn[number] = self._draw(SIDES[number])
        return self._drawn[number]

    def _draw(self, side: Side) -> tuple[Picture, NDArray[np.float64]]:
        turned = _seen_from(side, self._array)
        inside = turned >= self._threshold
        there, first = np.asarray(inside.any(axis=2)), np.asarray(inside.argmax(axis=2))
        normals = _normals(turned, first)
        light = np.clip(normals @ (_LIGHT / np.linalg.norm(_LIGHT)), 0.0, 1.0)
        shade = (0.28 + 0.8 * light) * (1.0 - 0.45 * first / max(turned.shape[2] - 1, 1))
        picture = np.where(there[..., None], shade[..., None] * _BONE, _PAPER)
        return np.clip(_softened(picture), 0, 255).astype(np.uint8), np.where(there, first, np.nan)


def _normals(turned: NDArray[np.float32], first: NDArray[np.intp]) -> NDArray[np.float64]:
    """Outward normals of the surface along right, up and towards the viewer, shape (H, W, 3)."""
    fall = []
    for axis in range(3):  # rows run downwards, columns to the right, depth away from the viewer
        around = []
        for step in (-1, 1):
            place = np.stack([*np.indices(first.shape), first])
            place[axis] = np.clip(place[axis] + step, 0, turned.shape[axis] - 1)
            around.append(turned[place[0], place[1], place[2]].astype(np.float64))
        fall.append(around[0] - around[1])
    normals = np.stack([fall[1], -fall[0], -fall[2]], axis=-1)
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-9))


def _along_lps(volume: Volume) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Voxels with axes along x, y and z, and the place of the first one.

    Raises
    ------
    ValueError
        If the axes of the volume are others, or its voxels no cubes.
    """
    axes = volume.matrix[:3, :3]
    order = np.abs(axes).argmax(axis=1)
    size = volume.spacing.min()
    along = np.abs(axes)[np.arange(3), order]
    if len(set(order.tolist())) < 3 or np.ptp([*along, *volume.spacing]) > 1e-3 * size:
        raise ValueError("the axes of the volume are not those of LPS, or its voxels no cubes")
    array = np.asarray(volume.array, np.float32).transpose(order)
    flips = tuple(np.flatnonzero(axes[np.arange(3), order] < 0).tolist())
    ends = volume.to_lps(np.stack([np.zeros(3), np.array(volume.shape) - 1]))
    return np.flip(array, flips), ends.min(axis=0)


def _seen_from(side: Side, array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Voxels as rows downwards, columns to the right, and away from the viewer."""
    order = (side.up[0], side.right[0], side.towards[0])
    signs = (-side.up[1], side.right[1], -side.towards[1])
    flips = tuple(axis for axis, sign in enumerate(signs) if sign < 0)
    return np.flip(array.transpose(order), flips)


def _finer(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """More voxels along each axis, by linear interpolation."""
    for axis in range(3):
        size = array.shape[axis]
        places = np.linspace(0, size - 1, FINENESS * (size - 1) + 1)
        low = np.minimum(places.astype(int), max(size - 2, 0))
        share = (places - low).astype(np.float32).reshape([-1 if one == axis else 1 for one in range(3)])
        behind = np.take(array, np.minimum(low + 1, size - 1), axis)
        array = np.take(array, low, axis) * (1 - share) + behind * share
    return array


def _softened(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges over two pixels instead of one."""
    for axis in (0, 1):
        size = picture.shape[axis]
        before, behind = np.maximum(np.arange(size) - 1, 0), np.minimum(np.arange(size) + 1, size - 1)
        picture = picture / 2 + (np.take(picture, before, axis) + np.take(picture, behind, axis)) / 4
    return picture


def _dot(picture: Picture, row: float, column: float) -> None:
    """A dot with a bright ring, drawn into the picture."""
    rows, columns = np.ogrid[: picture.shape[0], : picture.shape[1]]
    away = np.hypot(rows - row, columns - column)
    size = max(picture.shape[:2]) / 60
    for colour, radius in ((_RING, 1.6 * size), (_DOT, 1.1 * size)):
        cover = np.clip(radius - away + 0.5, 0.0, 1.0)[..., None]
        picture[:] = (cover * colour + (1 - cover) * picture).astype(np.uint8)
