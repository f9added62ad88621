"""What a map is."""

from typing import Protocol

import torch


class Map(Protocol):
    """A function of points, shape (..., D) mm, to points of the same shape; D is 3, or 2."""

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        """Where `points` go."""
        ...
