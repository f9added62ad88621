"""Principal components of particles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
FEWEST_SHAPES = 3
_NOTHING = 1e-10
"""Share of the largest variance below which a mode has none."""


@dataclass(frozen=True, eq=False)
class ParticleModel:
    """Mean and modes of variation of N particles.

    Attributes
    ----------
    mean : ndarray, shape (N, 3)
        Mm.
    modes : ndarray, shape (M, N, 3)
        Orthonormal directions.
    variances : ndarray, shape (M,)
        Of the scores, mm^2, largest first.
    total : float
        Variance of all modes, those that were not kept too, mm^2.
    """

    mean: Array
    modes: Array
    variances: Array
    total: float

    def scores(self, shapes: ArrayLike) -> Array:
        """Scores, mm, shape (S, M) or (M,), of shapes, (S, N, 3) or (N, 3)."""
        offset = np.asarray(shapes, dtype=np.float64) - self.mean
        return np.asarray(np.tensordot(offset, self.modes, axes=([-2, -1], [1, 2])))

    def shapes(self, scores: ArrayLike) -> Array:
        """Shapes, mm, of scores, shape (S, M) or (M,)."""
        return np.asarray(self.mean + np.tensordot(np.asarray(scores, dtype=np.float64), self.modes, axes=1))

    def kept(self, count: int) -> "ParticleModel":
        """The model of the first `count` modes."""
        return ParticleModel(self.mean, self.modes[:count], self.variances[:count], self.total)

    @property
    def compactness(self) -> Array:
        """Share of all variance that the first modes hold, shape (M,)."""
        return np.asarray(np.cumsum(self.variances) / self.total)

    def modes_for(self, share: float) -> int:
        """Fewest modes that hold this share of the variance."""
        return min(int(np.searchsorted(self.compactness, share - 1e-12)) + 1, len(self.modes))


def fit_particles(shapes: ArrayLike) -> ParticleModel:
    """All modes of aligned shapes that have any variance.

    Parameters
    ----------
    shapes : array_like, shape (S, N, 3)
        In one frame, mm.

    Raises
    ------
    ValueError
        If there are fewer than three shapes, or they don't differ.
    """
    shapes = np.asarray(shapes, dtype=np.float64)
    if len(shapes) < FEWEST_SHAPES:
        raise ValueError(f"number of shapes is {len(shapes)}: give at least {FEWEST_SHAPES}")
    mean = shapes.mean(axis=0)
    _, s, vt = np.linalg.svd((shapes - mean).reshape(len(shapes), -1), full_matrices=False)
    variances = s**2 / (len(shapes) - 1)
    kept = int(np.count_nonzero(variances > _NOTHING * max(variances[0], 1e-300)))
    if variances[0] <= 1e-18:
        raise ValueError("variance of the shapes is zero: give shapes that differ")
    modes = vt[:kept].reshape(kept, *mean.shape)
    # The sign of a mode is arbitrary: its largest coordinate is made positive, so that files are alike.
    flat = modes.reshape(kept, -1)
    signs = np.sign(flat[np.arange(kept), np.abs(flat).argmax(axis=1)])
    return ParticleModel(mean, modes * signs[:, None, None], variances[:kept], float(variances.sum()))
