"""Random fields on oblique lattices, and points within them."""

import numpy as np
import torch
from synthetic import oblique, tensor

from craniomark.engine.maps import Displacement, Velocity
from craniomark.ground.geometry.fits import apply

SHAPE = (6, 5, 7)
FINE = (17, 15, 19)


def field(rng: np.random.Generator, size: float) -> Displacement:
    """Random vectors of at most `size` lattice steps at the points of an oblique lattice."""
    matrix = oblique(rng)
    step = np.linalg.norm(matrix[:3, :3], axis=0).min()
    return Displacement(tensor(rng.uniform(-1, 1, (3, *SHAPE)) * size * step / np.sqrt(3)), matrix)


def places_in(f: Displacement | Velocity, rng: np.random.Generator, margin: float = 0.02) -> np.ndarray:
    """25 points of the lattice's inside."""
    size = np.array(f.vectors.shape[1:]) - 1
    return apply(f.matrix, rng.uniform(margin, 1 - margin, (25, 3)) * size)


def flow(rng: np.random.Generator, size: float, squarings: int = 7) -> Velocity:
    """A smooth velocity, at most `size` lattice steps, that fades to the border of an oblique lattice."""
    matrix = oblique(rng)
    index = np.stack(np.meshgrid(*[np.linspace(0, np.pi, n) for n in FINE], indexing="ij"))
    waves = np.prod(np.sin(index), 0) ** 2 * np.sin(rng.uniform(0.5, 1.0, (3, 1, 1, 1)) * index + index[::-1])
    step = np.linalg.norm(matrix[:3, :3], axis=0).min()
    return Velocity(torch.as_tensor(waves * size * step), matrix, squarings)
