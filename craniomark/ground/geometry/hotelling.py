"""Hotelling's test of a mean vector."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc


@dataclass(frozen=True)
class MeanVectorTest:
    """Is the mean of vectors zero?

    Attributes
    ----------
    t2 : float
        Hotelling's T squared; NaN where there are too few vectors.
    f : float
        The same as an F value.
    df : tuple of int
        Degrees of freedom of F: dimensions, and vectors less dimensions.
    p : float
        Of F, under normality.
    """

    t2: float
    f: float
    df: tuple[int, int]
    p: float


def hotelling_test(vectors: ArrayLike) -> MeanVectorTest:
    """Test whether vectors have the mean zero (Hotelling 1931).

    Parameters
    ----------
    vectors : array_like, shape (S, D)
        One for each specimen; rows with NaN are left out.

    Returns
    -------
    MeanVectorTest
        Of NaN where there are no more vectors than dimensions, or where they do not spread in every
        direction.
    """
    x = np.asarray(vectors, dtype=np.float64)
    x = x[np.isfinite(x).all(axis=1)]
    n, d = x.shape
    untold = MeanVectorTest(float("nan"), float("nan"), (d, n - d), float("nan"))
    if n <= d:
        return untold
    covariance = np.atleast_2d(np.cov(x, rowvar=False))
    if np.linalg.matrix_rank(covariance, hermitian=True) < d:
        return untold
    mean = x.mean(axis=0)
    t2 = float(n * mean @ np.linalg.solve(covariance, mean))
    f = t2 * (n - d) / (d * (n - 1))
    return MeanVectorTest(t2, f, (d, n - d), float(fdtrc(d, n - d, f)))
