"""How samples are drawn anew: for intervals and for p."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError

Array = NDArray[np.float64]
Interval = tuple[float, float]

_FEWEST_DRAWS, _MOST_DRAWS = 99, 100_000


@dataclass(frozen=True)
class Resampling:
    """How samples are drawn anew.

    Attributes
    ----------
    draws : int
        Permutations, and redrawn samples.
    seed : int
        Of both.
    level : float
        Of the intervals.
    """

    draws: int = 999
    seed: int = 0
    level: float = 0.95

    def __post_init__(self) -> None:
        if not _FEWEST_DRAWS <= self.draws <= _MOST_DRAWS:
            remedy = f"give a whole number from {_FEWEST_DRAWS} to {_MOST_DRAWS}, such as 999"
            raise InputError("resampling", "draws", self.draws, remedy)
        if not 0 < self.level < 1:
            raise InputError("resampling", "level", self.level, "give a number between 0 and 1, such as 0.95")

    @property
    def tails(self) -> tuple[float, float]:
        """The two quantiles of an interval."""
        return (1 - self.level) / 2, (1 + self.level) / 2

    def rng(self, *section: int) -> np.random.Generator:
        """A generator of its own for each section, so that none depends on what ran before it."""
        return np.random.default_rng([self.seed, *section])


class Redrawn:
    """Samples of whole specimens, drawn with replacement (Efron & Tibshirani 1993).

    Errors within a specimen go together, so that drawing single points would promise too much.

    Parameters
    ----------
    ids : sequence of str
        The specimen of each value.
    how : Resampling
        Draws and level.
    rng : numpy.random.Generator
        Source of the draws.
    """

    def __init__(self, ids: Sequence[str], how: Resampling, rng: np.random.Generator) -> None:
        place = {id_: i for i, id_ in enumerate(dict.fromkeys(ids))}
        self._where = np.array([place[id_] for id_ in ids], dtype=np.intp)
        self._count = len(place)
        self._how = how
        self._weights = rng.multinomial(self._count, np.full(self._count, 1 / self._count), size=how.draws)

    def of_mean(self, values: Array) -> Interval:
        """Interval of the mean of `values`; NaN with fewer than two specimens."""
        sums = np.bincount(self._where, weights=values, minlength=self._count)
        counts = np.bincount(self._where, minlength=self._count)
        return self._interval((self._weights @ sums) / np.maximum(self._weights @ counts, 1))

    def of_root_mean(self, squares: Array) -> Interval:
        """Interval of the root of the mean of `squares`."""
        low, high = self.of_mean(squares)
        return float(np.sqrt(low)), float(np.sqrt(high))

    def of_quantile(self, values: Array, share: float) -> Interval:
        """Interval of a quantile of `values`."""
        order = np.argsort(values)
        heights, where = values[order], self._where[order]
        found = []
        for weights in self._weights:
            up = np.cumsum(weights[where])
            found.append(heights[min(int(np.searchsorted(up, share * up[-1])), len(heights) - 1)])
        return self._interval(np.array(found))

    def _interval(self, figures: Array) -> Interval:
        if self._count < 2:
            return float("nan"), float("nan")
        low, high = np.quantile(figures, self._how.tails)
        return float(low), float(high)
