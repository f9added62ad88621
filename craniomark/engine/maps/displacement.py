"""Displacements on a lattice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from craniomark.engine.maps.base import Map


@dataclass(frozen=True, eq=False)
class Displacement:
    """``f(x) = x + u(x)`` with `u` interpolated linearly between lattice points, 0 outside.

    Attributes
    ----------
    vectors : Tensor, shape (D, *lattice)
        Displacements at the lattice points, mm.
    matrix : ndarray, shape (D + 1, D + 1)
        Lattice index to mm.
    """

    vectors: torch.Tensor
    matrix: NDArray[np.float64]

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        """``points + u(points)``."""
        inverse = torch.as_tensor(np.linalg.inv(self.matrix), dtype=points.dtype, device=points.device)
        index = points @ inverse[:-1, :-1].T + inverse[:-1, -1]
        size = torch.tensor(self.vectors.shape[1:], dtype=points.dtype, device=points.device)
        grid = (2 * index / (size - 1) - 1).flip(-1).reshape(1, *[1] * (len(size) - 1), -1, len(size))
        vectors = self.vectors[None].to(dtype=points.dtype, device=points.device)
        moved = F.grid_sample(vectors, grid, align_corners=True, padding_mode="zeros")
        return points + moved.reshape(len(size), -1).T.reshape(points.shape)


def lattice_points(
    shape: Sequence[int], matrix: NDArray[np.float64], like: torch.Tensor | None = None
) -> torch.Tensor:
    """Positions, shape (*shape, D) mm, of the points of a lattice; of the type and device of `like`."""
    dtype, device = (torch.float32, None) if like is None else (like.dtype, like.device)
    place = torch.as_tensor(matrix, dtype=dtype, device=device)
    axes = [torch.arange(n, dtype=dtype, device=device) for n in shape]
    index = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)
    return index @ place[:-1, :-1].T + place[:-1, -1]


def on_lattice(
    f: Map, shape: Sequence[int], matrix: NDArray[np.float64], like: torch.Tensor | None = None
) -> Displacement:
    """Any map as displacements at the points of a lattice: exact there, linear between them."""
    points = lattice_points(shape, matrix, like)
    return Displacement((f(points) - points).movedim(-1, 0), matrix)
