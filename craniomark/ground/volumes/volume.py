"""A scalar 3-D image with its place in space."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Volume:
    """Voxels and the matrix that places them.

    Attributes
    ----------
    array : ndarray, shape (I, J, K)
        Voxel values; ``array[i, j, k]`` lies at ``matrix @ (i, j, k, 1)``.
    matrix : ndarray, shape (4, 4)
        Voxel index to LPS millimetres, direction cosines and left-handedness included.
    left_right_known : bool
        False if the file told no orientation, so that a mirrored scan can't be excluded.
    notes : tuple of str
        What was noticed while reading, in sentences for the user.
    """

    array: NDArray[np.generic]
    matrix: NDArray[np.float64]
    left_right_known: bool = True
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.array.ndim != 3:
            raise ValueError(f"a volume has three axes, this array has {self.array.ndim}")
        matrix = np.array(self.matrix, dtype=np.float64)
        if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
            raise ValueError("a volume's matrix is 4x4 and finite")
        if abs(np.linalg.det(matrix[:3, :3])) < 1e-12:
            raise ValueError("a volume's matrix must be invertible")
        object.__setattr__(self, "matrix", matrix)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along each axis."""
        i, j, k = self.array.shape
        return i, j, k

    @property
    def spacing(self) -> NDArray[np.float64]:
        """Voxel size along each axis, mm, shape (3,)."""
        return np.linalg.norm(self.matrix[:3, :3], axis=0)

    @property
    def extent(self) -> NDArray[np.float64]:
        """Size of the whole volume along each axis, mm, shape (3,)."""
        return self.spacing * self.shape

    @property
    def centre(self) -> NDArray[np.float64]:
        """Centre of the grid, LPS mm, shape (3,)."""
        return self.to_lps((np.array(self.shape) - 1) / 2)

    def to_lps(self, index: ArrayLike) -> NDArray[np.float64]:
        """Voxel indices, shape (..., 3), to LPS millimetres."""
        return np.asarray(index, dtype=np.float64) @ self.matrix[:3, :3].T + self.matrix[:3, 3]

    def to_index(self, points: ArrayLike) -> NDArray[np.float64]:
        """LPS millimetres, shape (..., 3), to continuous voxel indices."""
        offset = np.asarray(points, dtype=np.float64) - self.matrix[:3, 3]
        return offset @ np.linalg.inv(self.matrix[:3, :3]).T

    def moved(self, transform: ArrayLike) -> "Volume":
        """The same voxels elsewhere: `transform` is a 4x4 matrix from LPS to LPS millimetres."""
        return replace(self, matrix=np.asarray(transform, dtype=np.float64) @ self.matrix)
