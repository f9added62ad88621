"""How much each landmark errs as a rule, learnt from a few specimens."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_WEIGHT = 2.0
"""Specimens that the expectation counts for: by a few specimens alone, some landmarks look too good."""
_LEAST_MM = 0.01


def typical_errors(
    errors: Array, mates: Sequence[int] | NDArray[np.intp] | None = None, widths: Array | None = None
) -> Array:
    """Mean error of each landmark, drawn to what is expected of it; mm, shape (L,).

    Means, not root mean squares: one badly annotated specimen in eight would tell too much.

    Parameters
    ----------
    errors : ndarray, shape (S, L)
        Of specimens left out, mm; NaN where missing.
    mates : sequence of int, length L, optional
        For each landmark the one that mirrors it, itself where there is none: what is hard on the
        left is hard on the right, so that the two are told by the errors of both.
    widths : ndarray, shape (S, L), optional
        Width of the peak of each match, mm. Landmarks with wide peaks lie on smooth bone or along
        edges, and are expected to err more; by default all are expected to err alike.
    """
    expected = expected_errors(errors, widths)
    counts, sums = np.isfinite(errors).sum(0), np.nansum(errors, axis=0)
    if mates is not None:
        other = np.asarray(mates)
        alone = other == np.arange(len(other))
        counts, sums = counts + np.where(alone, 0, counts[other]), sums + np.where(alone, 0, sums[other])
    return np.asarray((sums + _WEIGHT * expected) / (counts + _WEIGHT))


def expected_errors(errors: Array, widths: Array | None = None) -> Array:
    """Error, mm, expected of each landmark by the width of its peak: a power law over all; shape (L,)."""
    overall = float(np.nanmean(errors))
    counts, sums = np.isfinite(errors).sum(0), np.nansum(errors, axis=0)
    seen = counts > 0
    if widths is None or not seen.any():
        return np.full(errors.shape[1], overall)
    wide = np.log(np.maximum(widths.mean(0), _LEAST_MM))
    logs = np.log(np.maximum(sums[seen] / counts[seen], _LEAST_MM))
    off = wide - wide[seen].mean()
    slope = (off[seen] * (logs - logs.mean())).sum() / ((off[seen] ** 2).sum() + _LEAST_MM)
    expected = np.exp(slope * off)
    return np.asarray(overall * expected / expected[seen].mean())
