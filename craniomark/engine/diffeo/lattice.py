"""Lattices that share their outer points with a grid, and fields carried from one to the other."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

Shape = tuple[int, ...]


def lattice_over(
    shape: Sequence[int], matrix: NDArray[np.float64], spacing: float, least: int = 4
) -> tuple[Shape, NDArray[np.float64]]:
    """Shape and index-to-mm matrix of a lattice of about `spacing` mm whose outer points are those of a grid.

    Parameters
    ----------
    shape : sequence of int
        Of the grid, in two dimensions or three.
    matrix : ndarray, shape (D + 1, D + 1)
        The grid's index to mm.
    spacing : float
        Mm.
    least : int
        Points along each axis, at least.
    """
    steps = np.linalg.norm(matrix[:-1, :-1], axis=0)
    extent = np.array(shape) - 1
    counts = np.maximum(np.round(steps * extent / spacing).astype(int) + 1, least)
    scale = extent / (counts - 1)
    return tuple(int(n) for n in counts), matrix @ np.diag([*scale, 1.0])


def resized(field: torch.Tensor, shape: Sequence[int]) -> torch.Tensor:
    """Values at the points of another lattice over the same box, by linear interpolation.

    As products with small matrices: on a CPU several times faster than torch's own, forwards and back.

    Parameters
    ----------
    field : Tensor, shape (B, C, *lattice)
        Values; gradients pass through.
    shape : sequence of int
        Of the other lattice.
    """
    for axis, length in enumerate(shape, start=2):
        if field.shape[axis] == length:
            continue
        weights = _weights(field.shape[axis], length, field.device).to(field.dtype)
        if axis == field.ndim - 1:
            field = field @ weights.T
        else:
            stacks = field.reshape(field.shape[:axis].numel(), field.shape[axis], -1)
            field = (weights @ stacks).reshape(*field.shape[:axis], length, *field.shape[axis + 1 :])
    return field


def steps_resized(field: torch.Tensor, shape: Sequence[int]) -> torch.Tensor:
    """As `resized`, for vectors, shape (B, D, *lattice), in steps of their lattice: then of the other one."""
    scale = [(new - 1) / (old - 1) for new, old in zip(shape, field.shape[2:], strict=True)]
    factor = torch.tensor(scale, dtype=field.dtype, device=field.device)
    return resized(field, shape) * factor.view(1, -1, *[1] * len(scale))


@lru_cache(maxsize=64)
@torch.inference_mode(mode=False)  # what is kept may be asked for by a training later
def _weights(old: int, new: int, device: torch.device) -> torch.Tensor:
    place = torch.linspace(0, old - 1, new, device=device, dtype=torch.float64)
    return (1 - (place[:, None] - torch.arange(old, device=device)).abs()).clamp_min(0).float()
