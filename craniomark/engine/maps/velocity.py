"""Stationary velocities: maps that can be undone, by scaling and squaring."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from craniomark.engine.maps.displacement import Displacement

SQUARINGS = 7


@dataclass(frozen=True, eq=False)
class Velocity:
    """Where points are after flowing for a unit of time with a velocity that stays (Arsigny 2006).

    ``Velocity(v, m)`` and ``Velocity(-v, m)`` are inverse to one another as far as the lattice resolves.

    Attributes
    ----------
    vectors : Tensor, shape (D, *lattice)
        Velocities at the lattice points, mm per unit of time.
    matrix : ndarray, shape (D + 1, D + 1)
        Lattice index to mm.
    squarings : int
        The first of ``2 ** squarings`` equal steps is taken as straight.
    """

    vectors: torch.Tensor
    matrix: NDArray[np.float64]
    squarings: int = SQUARINGS

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        """Where `points` flow to."""
        return self.displacement(points)

    @cached_property
    def displacement(self) -> Displacement:
        """The same map as displacements on the same lattice."""
        linear = torch.as_tensor(self.matrix[:-1, :-1], dtype=self.vectors.dtype, device=self.vectors.device)
        index = torch.einsum("ij,j...->i...", torch.linalg.inv(linear), self.vectors)
        moved = integrated(index[None], self.squarings)[0]
        return Displacement(torch.einsum("ij,j...->i...", linear, moved), self.matrix)


def integrated(velocities: torch.Tensor, squarings: int = SQUARINGS) -> torch.Tensor:
    """Displacements of a batch of velocities, both in steps of the lattice.

    Parameters
    ----------
    velocities : Tensor, shape (B, D, *lattice)
        Along the lattice's own axes, lattice steps per unit of time; gradients pass through.
    squarings : int
        How often the map is applied to itself.

    Returns
    -------
    Tensor, shape (B, D, *lattice)
        A point that leaves the lattice goes on with the velocity at its border.

    Raises
    ------
    ValueError
        If `squarings` is negative.
    """
    if squarings < 0:
        raise ValueError(f"squarings is {squarings}: give 0 or more")
    shape = velocities.shape[2:]
    axes = [torch.arange(n, dtype=velocities.dtype, device=velocities.device) for n in shape]
    still = torch.stack(torch.meshgrid(*axes, indexing="ij"))
    unit = torch.tensor([2 / (n - 1) for n in shape], dtype=velocities.dtype, device=velocities.device)
    moved = velocities / 2**squarings
    for _ in range(squarings):
        grid = ((still + moved).movedim(1, -1) * unit - 1).flip(-1)
        moved = moved + F.grid_sample(moved, grid, align_corners=True, padding_mode="border")
    return moved
