"""Steps that move everything alike: mirror images, exchanged axes, affine warps, and windows."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from craniomark.parts.augment.grid import Grid, Rows, rows
from craniomark.parts.augment.steps import Step

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Mirror(Step):
    """Axes exchanged, then some run backwards; the middle of the grid stays where it is.

    Attributes
    ----------
    order : tuple of int
        For each axis of what comes out, the axis that it was.
    flipped : tuple of bool
        Whether each axis of what comes out runs backwards.
    """

    moves: ClassVar[bool] = True
    order: tuple[int, ...]
    flipped: tuple[bool, ...]

    def __post_init__(self) -> None:
        if sorted(self.order) != list(range(len(self.order))) or len(self.flipped) != len(self.order):
            raise ValueError(f"order is {self.order}: name each axis once, with one flag flipped for each")

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if the step is for another number of axes."""
        if len(self.order) != grid.axes:
            raise ValueError(f"order is {self.order}: name the {grid.axes} axes of the grid")

    def grid_after(self, grid: Grid) -> Grid:
        """Shape and spacing exchanged as the axes are."""
        order = list(self.order)
        matrix = grid.array.copy()
        matrix[:-1, :-1] = grid.directions * grid.spacing[order]
        shape = tuple(grid.shape[axis] for axis in order)
        matrix[:-1, -1] = grid.centre - matrix[:-1, :-1] @ ((np.array(shape) - 1) / 2)
        return Grid(shape, rows(matrix))

    def linear(self, grid: Grid) -> Array:
        """A reflection or rotation about the middle of the grid."""
        after = self.grid_after(grid)
        index = np.eye(grid.axes + 1)
        index[:-1, :-1] = np.eye(grid.axes)[list(self.order)]
        for axis, flipped in enumerate(self.flipped):
            if flipped:
                index[axis] *= -1
                index[axis, -1] = after.shape[axis] - 1
        return np.asarray(after.array @ index @ np.linalg.inv(grid.array))


@dataclass(frozen=True)
class Affine(Step):
    """Content moved by a matrix: turned, sized, stretched, sheared, shifted.

    Attributes
    ----------
    matrix : tuple of tuple of float
        mm to mm about the middle of the grid, 4 x 4 (3 x 3 in two dimensions).
    """

    moves: ClassVar[bool] = True
    matrix: Rows

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if the matrix does not suit or can't be undone."""
        matrix = np.asarray(self.matrix)
        if matrix.shape != (grid.axes + 1,) * 2:
            raise ValueError(f"matrix has shape {matrix.shape}: give {grid.axes + 1} rows and columns")
        if not abs(np.linalg.det(matrix)) > 1e-9:
            raise ValueError("matrix is singular: give one that can be undone")

    def linear(self, grid: Grid) -> Array:
        """The matrix, about the middle of the grid."""
        there = np.eye(grid.axes + 1)
        there[:-1, -1] = grid.centre
        return np.asarray(there @ np.array(self.matrix) @ np.linalg.inv(there))


@dataclass(frozen=True)
class Window(Step):
    """A part of the voxels, or more of them with air around; nothing moves in space.

    Attributes
    ----------
    start : tuple of int
        Index of the first voxel; negative adds voxels before it.
    shape : tuple of int
        Voxels along each axis.
    """

    moves: ClassVar[bool] = True
    start: tuple[int, ...]
    shape: tuple[int, ...]

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if the window shows nothing of the grid."""
        if not len(self.start) == len(self.shape) == grid.axes:
            raise ValueError(f"start {self.start} and shape {self.shape}: give {grid.axes} numbers each")
        for first, count, there in zip(self.start, self.shape, grid.shape, strict=True):
            if count < 1 or first >= there or first + count <= 0:
                raise ValueError(
                    f"window of {self.shape} voxels from {self.start} shows nothing of {grid.shape}"
                )

    def grid_after(self, grid: Grid) -> Grid:
        """The window's own grid."""
        return grid.window(self.start, self.shape)

    def linear(self, grid: Grid) -> Array:
        """Nothing moves."""
        return np.eye(grid.axes + 1)
