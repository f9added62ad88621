"""Maps the other way round."""

from dataclasses import dataclass

import numpy as np
import torch

from craniomark.engine.maps.base import Map
from craniomark.engine.maps.composition import Composition
from craniomark.engine.maps.linear import Linear
from craniomark.engine.maps.velocity import Velocity

ITERATIONS = 30


def inverse_at(f: Map, points: torch.Tensor, iterations: int = ITERATIONS) -> torch.Tensor:
    """Points ``y`` with ``f(y) = points``, by fixed-point iteration (Chen 2008).

    It converges where `f` moves neighbouring points by less than their distance, which any smooth
    map without folds near the identity does.
    """
    found = points.clone()
    for _ in range(iterations):
        found = found + (points - f(found))
    return found


@dataclass(frozen=True, eq=False)
class Inverse:
    """``y`` with ``f(y) = x``, found anew at each point.

    Attributes
    ----------
    f : Map
        Smooth, without folds.
    iterations : int
        Of `inverse_at`.
    """

    f: Map
    iterations: int = ITERATIONS

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        """Where `points` came from."""
        return inverse_at(self.f, points, self.iterations)


def inverted(f: Map) -> Map:
    """The inverse of a map: in closed form where there is one, else as `Inverse`."""
    if isinstance(f, Linear):
        return Linear(np.asarray(np.linalg.inv(f.matrix), dtype=np.float64))
    if isinstance(f, Velocity):
        return Velocity(-f.vectors, f.matrix, f.squarings)
    if isinstance(f, Composition):
        return Composition(inverted(f.inner), inverted(f.outer))
    return f.f if isinstance(f, Inverse) else Inverse(f)
