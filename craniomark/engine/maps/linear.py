"""Affine maps, and those of them that turn, shift and scale alone."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Linear:
    """An affine map.

    Attributes
    ----------
    matrix : ndarray, shape (D + 1, D + 1)
        Mm to mm.
    """

    matrix: NDArray[np.float64]

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        """``matrix @ points``."""
        place = torch.as_tensor(self.matrix, dtype=points.dtype, device=points.device)
        return points @ place[:-1, :-1].T + place[:-1, -1]


IDENTITY = Linear(np.eye(4))
"""Every point stays."""


def rigid(turn: ArrayLike, shift: ArrayLike, centre: ArrayLike | None = None) -> Linear:
    """A turn about a centre and then a shift.

    Parameters
    ----------
    turn : array_like, shape (3,) or (1,)
        Rotation vector, radians; in 2-D the angle from the first axis to the second.
    shift : array_like, shape (D,)
        Mm.
    centre : array_like, shape (D,), optional
        Mm; by default the origin.
    """
    return similarity(turn, 1.0, shift, centre)


def similarity(turn: ArrayLike, scale: float, shift: ArrayLike, centre: ArrayLike | None = None) -> Linear:
    """As `rigid`, with one scale about the same centre.

    Raises
    ------
    ValueError
        If `scale` is not positive, or the numbers are not those of two or three dimensions.
    """
    turn, shift = np.atleast_1d(np.asarray(turn, dtype=float)), np.asarray(shift, dtype=float)
    if (turn.shape, shift.shape) not in (((3,), (3,)), ((1,), (2,))):
        raise ValueError(
            f"a turn of shape {turn.shape} and a shift of shape {shift.shape} do not go together"
        )
    if not scale > 0:
        raise ValueError(f"scale is {scale}: give a positive number")
    middle = np.zeros_like(shift) if centre is None else np.asarray(centre, dtype=float)
    matrix = np.eye(len(shift) + 1)
    matrix[:-1, :-1] = scale * _rotation(turn)
    matrix[:-1, -1] = middle + shift - matrix[:-1, :-1] @ middle
    return Linear(matrix)


def _rotation(turn: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.spatial.transform import Rotation

    if len(turn) == 3:
        return np.asarray(Rotation.from_rotvec(turn).as_matrix())
    cos, sin = np.cos(turn[0]), np.sin(turn[0])
    return np.array([[cos, -sin], [sin, cos]])
