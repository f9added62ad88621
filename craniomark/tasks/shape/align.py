"""Particles of all specimens brought into one frame (generalised Procrustes, Gower 1975)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.geometry import apply, similarity_fit

Array = NDArray[np.float64]
_ROUNDS = 20
_SETTLED = 1e-7


def aligned(shapes: Sequence[Array], reference: Array) -> tuple[Array, Array]:
    """Shapes in the frame of `reference`, at its size, and the similarities that bring them there.

    Parameters
    ----------
    shapes : sequence of ndarray, shape (N, 3)
        Mm, each in its own frame.
    reference : ndarray, shape (N, 3)
        Tells frame and size, mm.

    Returns
    -------
    world : ndarray, shape (S, N, 3)
        Mm.
    to_world : ndarray, shape (S, 4, 4)
        From each own frame.
    """
    mean = reference
    for _ in range(_ROUNDS):
        to_world = np.stack([similarity_fit(one, mean) for one in shapes])
        world = np.stack([apply(m, one) for m, one in zip(to_world, shapes, strict=True)])
        average = world.mean(axis=0)
        # Shapes fitted by least squares are too small; the frame and the size stay the reference's.
        average = apply(similarity_fit(average, reference), average)
        average = reference.mean(axis=0) + (average - average.mean(axis=0)) * _size(reference) / _size(
            average
        )
        change = float(np.abs(average - mean).max())
        mean = average
        if change < _SETTLED * _size(reference):
            break
    return world, to_world


def _size(points: Array) -> float:
    return float(np.linalg.norm(points - points.mean(axis=0)))
