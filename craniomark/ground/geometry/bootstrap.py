"""Intervals from figures of redrawn and of reduced samples."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, stdtrit


def corrected_interval(estimate: float, redrawn: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Bias-corrected percentile interval (Efron 1981).

    Figures of redrawn samples may lie to one side of the estimate, since a redrawn sample repeats
    some specimens and lacks others. The percentiles are moved by as much.

    Parameters
    ----------
    estimate : float
        The figure of the sample.
    redrawn : array_like, shape (B,)
        The figure of each redrawn sample; NaN are left out.
    level : float
        Of the interval.

    Returns
    -------
    low, high : float
        NaN where the estimate is, or no figure is known.
    """
    values = np.asarray(redrawn, dtype=np.float64)
    values = values[np.isfinite(values)]
    if not len(values) or not np.isfinite(estimate):
        return float("nan"), float("nan")
    below = (np.count_nonzero(values < estimate) + 0.5 * np.count_nonzero(values == estimate)) / len(values)
    shift = ndtri(np.clip(below, 0.5 / len(values), 1 - 0.5 / len(values)))
    low, high = np.quantile(values, [ndtr(2 * shift + sign * ndtri((1 + level) / 2)) for sign in (-1, 1)])
    return float(min(low, estimate)), float(max(high, estimate))


def jackknife_interval(whole: float, reduced: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Interval around a figure by its jackknife standard error (Tukey 1958), with t quantiles.

    For ratios of variances and correlations, whose redrawn samples lie to one side, since they
    repeat specimens; give their logarithm or Fisher's z.

    Parameters
    ----------
    whole : float
        The figure of all S specimens.
    reduced : array_like, shape (S,)
        The figure of the samples that lack one of them each.
    level : float
        Of the interval.

    Returns
    -------
    low, high : float
        NaN with fewer than three specimens, or where a figure is not finite.
    """
    values = np.asarray(reduced, dtype=np.float64)
    n = len(values)
    if n < 3 or not np.isfinite(whole) or not np.isfinite(values).all():
        return float("nan"), float("nan")
    error = np.sqrt((n - 1) * np.mean((values - values.mean()) ** 2))
    half = float(stdtrit(n - 1, (1 + level) / 2) * error)
    return float(whole - half), float(whole + half)
