"""The grid on which a network sees a skull."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.engine.image import GridShape

Array = NDArray[np.float64]
MOST_VOXELS = 2**27
"""Of a grid that a network sees; more is a slip of the pen."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Voxels in the frame that a network works in.

    Attributes
    ----------
    shape : tuple of int
        Voxels along each axis.
    matrix : ndarray, shape (4, 4)
        Voxel to mm, along the axes of the frame.
    """

    shape: GridShape
    matrix: Array

    @property
    def spacing(self) -> float:
        """Edge of a voxel, mm."""
        return float(self.matrix[0, 0])

    @classmethod
    def around(cls, points: ArrayLike, spacing: float, margin: float, multiple: int = 1) -> "Grid":
        """The box around points, shape (N, 3) mm, and a margin, mm; NaN is ignored, edges are multiples."""
        every = np.asarray(points, dtype=np.float64)
        present = every[np.isfinite(every).all(1)]
        low, high = present.min(0) - margin, present.max(0) + margin
        return cls._about((low + high) / 2, (high - low) / 2, spacing, multiple)

    @classmethod
    def cube(cls, radius: float, spacing: float, multiple: int = 1) -> "Grid":
        """A cube about the origin that holds a ball of `radius` mm."""
        return cls._about(np.zeros(3), np.full(3, float(radius)), spacing, multiple)

    @classmethod
    def _about(cls, centre: Array, half: Array, spacing: float, multiple: int) -> "Grid":
        if not 0 < spacing < math.inf:
            raise ValueError(f"spacing is {spacing}: give mm above 0")
        i, j, k = (multiple * math.ceil(2 * h / spacing / multiple) for h in half)
        if i * j * k > MOST_VOXELS:
            raise ValueError(f"spacing is {spacing}: give more, its grid would have {i} x {j} x {k} voxels")
        matrix = np.diag([spacing, spacing, spacing, 1.0])
        matrix[:3, 3] = centre - spacing * (np.array([i, j, k]) - 1) / 2
        return cls((i, j, k), matrix)

    def holds(self, points: ArrayLike) -> NDArray[np.bool_]:
        """True where points, shape (..., 3) mm, lie in the grid's voxels; False for NaN."""
        index = (np.asarray(points, dtype=np.float64) - self.matrix[:3, 3]) / self.spacing
        return np.asarray(((index >= -0.5) & (index <= np.array(self.shape) - 0.5)).all(-1))
