"""Grids of voxels or pixels: their shape and where they lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Grid:
    """Where the voxels (or pixels) of an image lie.

    Attributes
    ----------
    shape : tuple of int
        Three axes, or two.
    matrix : tuple of tuple of float
        Voxel index to mm, 4 x 4 (3 x 3 in two dimensions).
    """

    shape: tuple[int, ...]
    matrix: Rows

    def __post_init__(self) -> None:
        shape, matrix = np.asarray(self.shape), np.asarray(self.matrix)
        if shape.shape not in ((2,), (3,)) or (shape < 1).any():
            raise ValueError(f"shape is {self.shape}: give two or three axes of at least one voxel")
        if matrix.shape != (len(shape) + 1,) * 2 or not np.isfinite(matrix).all():
            raise ValueError(f"matrix of a grid of {len(shape)} axes has shape {matrix.shape} or no numbers")
        if abs(np.linalg.det(matrix[:-1, :-1])) < 1e-300:
            raise ValueError("matrix of a grid is singular: voxels need a size")

    @classmethod
    def of(cls, shape: Sequence[int], spacing: ArrayLike = 1.0) -> "Grid":
        """A grid from its shape and spacing (one number, one per axis, mm) or voxel-to-mm matrix."""
        given = np.asarray(spacing, dtype=np.float64)
        count = len(tuple(shape))
        if given.ndim < 2:
            if not (given > 0).all():
                raise ValueError(f"spacing is {given.tolist()} mm: give positive numbers")
            given = np.diag([*np.broadcast_to(given, (count,)), 1.0])
        return cls(tuple(int(n) for n in shape), rows(given))

    @property
    def axes(self) -> int:
        """2 or 3."""
        return len(self.shape)

    @cached_property
    def array(self) -> Array:
        """The matrix as an array."""
        return np.array(self.matrix, dtype=np.float64)

    @cached_property
    def spacing(self) -> Array:
        """Voxel size along each axis, mm."""
        return np.asarray(np.linalg.norm(self.array[:-1, :-1], axis=0))

    @cached_property
    def directions(self) -> Array:
        """Unit vectors of the axes, as columns."""
        return np.asarray(self.array[:-1, :-1] / self.spacing)

    @cached_property
    def centre(self) -> Array:
        """Middle of the grid, mm."""
        return self.to_mm((np.array(self.shape) - 1) / 2)

    def to_mm(self, index: ArrayLike) -> Array:
        """Places, mm, of voxel indices, shape (..., axes)."""
        return np.asarray(np.asarray(index) @ self.array[:-1, :-1].T + self.array[:-1, -1])

    def to_index(self, points: ArrayLike) -> Array:
        """Voxel indices of places, mm, shape (..., axes)."""
        inverse = np.linalg.inv(self.array[:-1, :-1])
        return np.asarray((np.asarray(points, dtype=np.float64) - self.array[:-1, -1]) @ inverse.T)

    def holds(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Whether places, mm, shape (..., axes), lie in a voxel; False for NaN."""
        index = self.to_index(points)
        return np.asarray(((index >= -0.5) & (index <= np.array(self.shape) - 0.5)).all(-1))

    def moved(self, by: ArrayLike) -> "Grid":
        """The grid shifted by a vector, mm."""
        matrix = self.array.copy()
        matrix[:-1, -1] += np.asarray(by)
        return Grid(self.shape, rows(matrix))

    def window(self, start: ArrayLike, shape: Sequence[int]) -> "Grid":
        """The grid of a part (or more) of the voxels, from index `start` on; nothing moves."""
        matrix = self.array.copy()
        matrix[:-1, -1] = self.to_mm(start)
        return Grid(tuple(int(n) for n in shape), rows(matrix))

    def places(self, like: torch.Tensor, matrix: ArrayLike | None = None) -> torch.Tensor:
        """Every voxel under a matrix, its own where none is given: shape (*shape, axes), as `like` is."""
        place = torch.as_tensor(self.array if matrix is None else np.asarray(matrix)).to(like)
        found = place[:-1, -1].expand(*self.shape, self.axes).clone()
        for axis, count in enumerate(self.shape):
            along = torch.arange(count, device=like.device, dtype=like.dtype)
            line = along.view([-1 if one == axis else 1 for one in range(self.axes)])
            found += line[..., None] * place[:-1, axis]
        return found


def rows(matrix: ArrayLike) -> Rows:
    """A matrix as tuples, which compare, hash and stand in JSON."""
    return tuple(tuple(float(value) for value in row) for row in np.asarray(matrix))


def mapped(places: torch.Tensor, matrix: ArrayLike) -> torch.Tensor:
    """Places, shape (..., axes), under an affine matrix."""
    place = torch.as_tensor(np.asarray(matrix)).to(places)
    return places @ place[:-1, :-1].T + place[:-1, -1]
