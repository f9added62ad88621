"""Maps: functions from physical points to physical points, composable and invertible.

The contract of a map ``f`` is an equation: ``f(points)`` are the places, LPS mm, that `points`
correspond to, so that ``image.at(f(points))`` is the image seen through the map.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray


class Map(Protocol):
    """A function of points, shape (..., 3) mm, to points of the same shape."""

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        """Where `points` go."""
        ...


@dataclass(frozen=True, eq=False)
class Linear:
    """An affine map.

    Attributes
    ----------
    matrix : ndarray, shape (4, 4)
        Mm to mm.
    """

    matrix: NDArray[np.float64]

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        """``matrix @ points``."""
        place = torch.as_tensor(self.matrix, dtype=points.dtype, device=points.device)
        return points @ place[:3, :3].T + place[:3, 3]


@dataclass(frozen=True, eq=False)
class Displacement:
    """``f(x) = x + u(x)`` with `u` interpolated trilinearly between lattice points, 0 outside.

    Attributes
    ----------
    vectors : Tensor, shape (3, I, J, K)
        Displacements at the lattice points, mm.
    matrix : ndarray, shape (4, 4)
        Lattice index to mm.
    """

    vectors: torch.Tensor
    matrix: NDArray[np.float64]

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        """``points + u(points)``."""
        inverse = torch.as_tensor(np.linalg.inv(self.matrix), dtype=points.dtype, device=points.device)
        index = points @ inverse[:3, :3].T + inverse[:3, 3]
        size = torch.tensor(self.vectors.shape[1:], dtype=points.dtype, device=points.device)
        grid = (2 * index / (size - 1) - 1).flip(-1).reshape(1, 1, 1, -1, 3)
        moved = F.grid_sample(self.vectors[None], grid, align_corners=True, padding_mode="zeros")
        return points + moved.reshape(3, -1).T.reshape(points.shape)


@dataclass(frozen=True, eq=False)
class Composition:
    """``f(g(x))``.

    Attributes
    ----------
    outer, inner : Map
        ``outer`` is applied to what ``inner`` answers.
    """

    outer: Map
    inner: Map

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        """``outer(inner(points))``."""
        return self.outer(self.inner(points))


def inverse_at(f: Map, points: torch.Tensor, iterations: int = 30) -> torch.Tensor:
    """Points ``y`` with ``f(y) = points``, by fixed-point iteration (Chen 2008).

    It converges where `f` moves neighbouring points by less than their distance, which any smooth
    map without folds near the identity does.
    """
    found = points.clone()
    for _ in range(iterations):
        found = found + (points - f(found))
    return found
