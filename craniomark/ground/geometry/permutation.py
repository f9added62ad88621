"""Permutation tests: how often chance alone would give so large a figure."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_EXACT_UP_TO = 16
_CLOSE = 1e-9


def permutation_p(observed: float, permuted: ArrayLike, exact: bool = False) -> float:
    """Fraction of permuted figures that are at least as large as the observed one.

    Parameters
    ----------
    observed : float
        The figure of the data as they are.
    permuted : array_like, shape (P,)
        The figure of permuted data.
    exact : bool
        `permuted` holds every permutation, that of the data among them. Otherwise the data count
        as one more draw, so that the answer is never 0 (Phipson & Smyth 2010).

    Returns
    -------
    float
        Between 0 and 1; NaN if the observed figure is.
    """
    values = np.asarray(permuted, dtype=np.float64)
    if not np.isfinite(observed):
        return float("nan")
    # Figures that are equal but for rounding count as equal.
    reached = int(np.count_nonzero(values >= observed - _CLOSE * max(abs(observed), 1e-300)))
    return reached / len(values) if exact else (reached + 1) / (len(values) + 1)


def sign_flips(n: int, draws: int, rng: np.random.Generator) -> tuple[Array, bool]:
    """Signs for a sign-flip test: all of them where they are few, else as many random ones.

    Parameters
    ----------
    n : int
        Specimens.
    draws : int
        Most rows.
    rng : numpy.random.Generator
        Source of random signs.

    Returns
    -------
    signs : ndarray, shape (P, n)
        Of -1 and 1. The first sign stays 1: a figure that ignores the sign of all together is the
        same for the other half.
    exact : bool
        Whether these are all.
    """
    if n - 1 <= _EXACT_UP_TO and 2 ** (n - 1) <= draws:
        bits = (np.arange(2 ** (n - 1))[:, None] >> np.arange(n - 1)) & 1
        return np.hstack([np.ones((len(bits), 1)), 1.0 - 2.0 * bits]), True
    return rng.choice([-1.0, 1.0], size=(draws, n)), False


def sign_flip_test(differences: ArrayLike, draws: int, rng: np.random.Generator) -> tuple[float, Array]:
    """Test whether the mean of paired differences is zero, by flipping each difference.

    Under the null a difference is as likely as its opposite: the two members of a pair may change
    places. No distribution is assumed.

    Parameters
    ----------
    differences : array_like, shape (S, ...)
        One for each specimen; the figure is the length of their mean over all further axes.
    draws : int
        Random flips, where there are too many to try all.
    rng : numpy.random.Generator
        Source of the flips.

    Returns
    -------
    p : float
        Permutation p.
    lengths : ndarray, shape (P,)
        Length of the mean under each flip.

    Raises
    ------
    ValueError
        If there is no difference at all.
    """
    flat = np.asarray(differences, dtype=np.float64)
    if not len(flat):
        raise ValueError("a test of differences needs at least one")
    flat = flat.reshape(len(flat), -1)
    signs, exact = sign_flips(len(flat), draws, rng)
    lengths = np.linalg.norm(signs @ flat / len(flat), axis=1)
    return permutation_p(float(np.linalg.norm(flat.mean(axis=0))), lengths, exact), lengths


def adjusted_p(values: Iterable[float]) -> Array:
    """False-discovery-rate adjusted p of many tests (Benjamini & Hochberg 1995); NaN stays NaN."""
    from scipy.stats import false_discovery_control

    p = np.array(list(values), dtype=np.float64)
    known = np.isfinite(p)
    if known.any():
        p[known] = false_discovery_control(p[known])
    return p
