"""Similarity poses as seven numbers, in batches, for optimisation."""

import numpy as np
import torch
from numpy.typing import NDArray


def skew(vectors: torch.Tensor) -> torch.Tensor:
    """Cross-product matrices, shape (..., 3, 3), of vectors, shape (..., 3)."""
    x, y, z = vectors.unbind(-1)
    zero = torch.zeros_like(x)
    rows = [torch.stack(row, -1) for row in ((zero, -z, y), (z, zero, -x), (-y, x, zero))]
    return torch.stack(rows, -2)


def updated(
    linear: torch.Tensor, offset: torch.Tensor, step: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Poses after a small step.

    Parameters
    ----------
    linear : Tensor, shape (K, 3, 3)
        Rotation times scale.
    offset : Tensor, shape (K, 3)
        Where the centre of rotation goes, mm.
    step : Tensor, shape (K, 7)
        Rotation vector (radians, in the target's axes), translation (mm), logarithm of scale.
    """
    turn = torch.linalg.matrix_exp(skew(step[:, :3]))
    return step[:, 6].exp()[:, None, None] * turn @ linear, offset + step[:, 3:6]


def as_matrix(linear: torch.Tensor, offset: torch.Tensor, centre: torch.Tensor) -> NDArray[np.float64]:
    """4x4 matrices, shape (K, 4, 4), of poses that take `centre` to `offset`."""
    matrices = np.tile(np.eye(4), (len(linear), 1, 1))
    matrices[:, :3, :3] = linear.cpu().numpy()
    matrices[:, :3, 3] = (offset - (linear @ centre[:, None])[..., 0]).cpu().numpy()
    return matrices
