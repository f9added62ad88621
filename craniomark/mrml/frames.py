"""RAS and LPS: the one place where the signs of x and y are turned.

Slicer's scene counts to the right and to the front, the library to the left and to the back. Turning both is
a half turn about z: it is its own inverse and keeps handedness.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

SIGNS = np.array([-1.0, -1.0, 1.0])
TURN = np.diag([*SIGNS, 1.0])


def turned(points: ArrayLike) -> NDArray[np.float64]:
    """Points or vectors, shape (..., 3), from LPS to RAS or from RAS to LPS."""
    return np.asarray(points, dtype=np.float64) * SIGNS


def turned_placement(matrix: ArrayLike) -> NDArray[np.float64]:
    """A 4x4 matrix from voxel indices to LPS as one to RAS, or the other way."""
    return TURN @ np.asarray(matrix, dtype=np.float64)


def turned_transform(matrix: ArrayLike) -> NDArray[np.float64]:
    """A 4x4 matrix from LPS to LPS as one from RAS to RAS, or the other way."""
    return TURN @ np.asarray(matrix, dtype=np.float64) @ TURN


def array_of(matrix: "vtkMatrix4x4") -> NDArray[np.float64]:
    """Elements of VTK's matrix, shape (4, 4)."""
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def vtk_matrix(array: ArrayLike) -> "vtkMatrix4x4":
    """VTK's form of a 4x4 matrix."""
    from vtkmodules.vtkCommonMath import vtkMatrix4x4

    matrix = vtkMatrix4x4()
    matrix.DeepCopy(np.asarray(array, dtype=np.float64).ravel().tolist())
    return matrix
