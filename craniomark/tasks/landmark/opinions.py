"""Second opinions on landmarks, and the consensus of several methods."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NEAR_MM = 0.25
"""Opinions farther than this from the consensus lose weight in it."""
_ROUNDS = 20


@dataclass(frozen=True, eq=False)
class Opinion:
    """Where one method puts the landmarks.

    Attributes
    ----------
    method : str
        Its name.
    points : ndarray, shape (L, 3)
        Template's frame, mm; NaN where it says nothing.
    doubt : ndarray, shape (L,)
        Its own doubt, mm: the spread of a heatmap or of an ensemble.
    weight : float
        In the consensus.
    """

    method: str
    points: Array
    doubt: Array
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Consensus:
    """What several opinions come to.

    Attributes
    ----------
    points : ndarray, shape (L, 3)
        Template's frame, mm; NaN where nobody says anything.
    disagreement : ndarray, shape (L,)
        Root mean squared distance, mm, of the opinions from the consensus.
    doubt : ndarray, shape (L,)
        Mean of their own doubts, mm.
    """

    points: Array
    disagreement: Array
    doubt: Array


def consensus(opinions: Sequence[Opinion], near_mm: float = NEAR_MM) -> Consensus:
    """Huber's mean of the opinions (Huber 1964), by reweighting from their median.

    Near opinions are averaged by their weights; one that lies far from the others counts less the
    farther it lies, so that it can't carry a landmark away.

    Parameters
    ----------
    opinions : sequence of Opinion
        At least one.
    near_mm : float
        Distance from which weights fall.
    """
    points = np.stack([o.points for o in opinions])
    known = np.asarray(np.isfinite(points).all(-1))
    given = np.array([o.weight for o in opinions])[:, None] * known
    filled = np.where(known[..., None], points, 0.0)
    total = given.sum(0)
    middle = _median(points)
    for _ in range(_ROUNDS):
        distance = np.linalg.norm(filled - middle, axis=-1)
        weights = given * np.minimum(1.0, near_mm / np.maximum(distance, 1e-9))
        middle = _mean(filled, weights)
    squares = (given * ((filled - middle) ** 2).sum(-1)).sum(0)
    doubts = np.stack([o.doubt for o in opinions])
    with np.errstate(invalid="ignore"):
        disagreement = np.sqrt(squares / total)
        doubt = (given * np.where(known, doubts, 0.0)).sum(0) / total
    said = np.asarray(total > 0)
    return Consensus(
        np.where(said[:, None], middle, np.nan),
        np.where(said, disagreement, np.nan),
        np.where(said, doubt, np.nan),
    )


def _median(points: Array) -> Array:
    """Median of each coordinate over the opinions that there are; 0 where there are none."""
    silent = np.asarray(~np.isfinite(points).all(-1).any(0))
    return np.nan_to_num(np.nanmedian(np.where(silent[None, :, None], 0.0, points), axis=0))


def _mean(points: Array, weights: Array) -> Array:
    total = np.maximum(weights.sum(0), 1e-12)
    return np.asarray((weights[..., None] * points).sum(0) / total[:, None])
