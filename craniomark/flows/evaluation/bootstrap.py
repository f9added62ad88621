"""Is one method better than another? Paired differences over specimens."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from craniomark.flows.evaluation.errors import PointError
from craniomark.ground.checks import InputError


@dataclass(frozen=True)
class Difference:
    """Error of method A less error of method B.

    Attributes
    ----------
    mean_mm : float
        Mean difference over points that both methods have, mm; below zero where A is better.
    low_mm, high_mm : float
        Bootstrap interval of it, mm.
    level : float
        Of the interval, e.g. 0.95.
    n_specimens, n_points : int
        What both methods have.
    """

    mean_mm: float
    low_mm: float
    high_mm: float
    level: float
    n_specimens: int
    n_points: int

    @property
    def decided(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low_mm > 0 or self.high_mm < 0


def paired_difference(
    a: Sequence[PointError],
    b: Sequence[PointError],
    rng: np.random.Generator,
    draws: int = 10_000,
    level: float = 0.95,
) -> Difference:
    """Difference of mean error of two methods on the same points, with a bootstrap interval.

    Whole specimens are drawn with replacement, since errors within a specimen go together; the
    interval lies between the percentiles of the redrawn means (Efron & Tibshirani 1993).

    Parameters
    ----------
    a, b : sequence of PointError
        From `paired_errors`, of the two methods against the same truth.
    rng : numpy.random.Generator
        Source of the draws.
    draws : int
        How many.
    level : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Difference

    Raises
    ------
    InputError
        If the methods share points of fewer than two specimens.
    """
    if not 0 < level < 1:
        raise InputError("bootstrap", "level", level, "give a number between 0 and 1, such as 0.95")
    errors_b = {(row.id, row.label): row.error_mm for row in b if not row.note}
    shared = [(row.id, row.error_mm - errors_b[row.id, row.label])
              for row in a if not row.note and (row.id, row.label) in errors_b]  # fmt: skip
    ids = list(dict.fromkeys(id_ for id_, _ in shared))
    if len(ids) < 2:
        remedy = "give two methods that predict the same landmarks of at least two specimens"
        raise InputError("the two methods", "specimens in common", len(ids), remedy)
    place = {id_: i for i, id_ in enumerate(ids)}
    where = [place[id_] for id_, _ in shared]
    sums = np.bincount(where, weights=[difference for _, difference in shared])
    counts = np.bincount(where)
    drawn = rng.multinomial(len(ids), np.full(len(ids), 1 / len(ids)), size=draws)
    means = (drawn @ sums) / (drawn @ counts)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    mean = float(sums.sum() / counts.sum())
    return Difference(mean, float(low), float(high), level, len(ids), len(shared))
