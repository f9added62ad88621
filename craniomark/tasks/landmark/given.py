"""Error estimates of landmarks that somebody gives, from their distance to what the model says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.tasks.landmark.quantile import fit_weights

Array = NDArray[np.float64]

FARTHEST_MM = 2.0
"""Given points are taken to lie anywhere up to here from the truth, one distance as likely as another."""
_DRAWS = 4


@dataclass(frozen=True)
class GivenErrors:
    """What the distance of a given point from the model's own tells of its error.

    Attributes
    ----------
    of_distance, of_estimate : float
        Weights of the distance, mm, and of the model's estimate of its own error, mm.
    review_above : float
        Distance, mm, from which a given point is flagged for review.
    """

    of_distance: float
    of_estimate: float
    review_above: float

    def error90(self, distance: Array, estimate: Array) -> Array:
        """Estimates, mm, shape (L,); NaN where either is NaN."""
        return np.asarray(self.of_distance * distance + self.of_estimate * estimate)

    def as_json(self) -> dict[str, float]:
        """Plain numbers under their names."""
        return {
            "of_distance": self.of_distance,
            "of_estimate": self.of_estimate,
            "review_above_mm": self.review_above,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "GivenErrors":
        """The inverse of `as_json`.

        Raises
        ------
        ValueError
            If a number is missing, negative or not finite.
        """
        try:
            numbers = [float(values[n]) for n in ("of_distance", "of_estimate", "review_above_mm")]
        except (KeyError, TypeError) as error:
            raise ValueError(f"the errors of given points lack {error}") from error
        if not (np.isfinite(numbers).all() and min(numbers) >= 0):
            raise ValueError("the errors of given points hold a number that is negative or not finite")
        return cls(*numbers)


def fit_given(errors: Array, estimates: Array, level: float, flagged: float) -> GivenErrors:
    """Weights from what the model errs on specimens left out.

    A point is imagined at every distance from the truth up to `FARTHEST_MM`, in any direction from
    the model's own point; the true landmarks themselves tell which distances are usual.

    Parameters
    ----------
    errors, estimates : ndarray, shape (N,)
        Of the model's points, mm.
    level : float
        Quantile that is estimated.
    flagged : float
        Share of true landmarks that may be flagged.
    """
    rng = np.random.default_rng(0)
    moved, cosine = (
        rng.uniform(low, high, (_DRAWS, len(errors))) for low, high in ((0, FARTHEST_MM), (-1, 1))
    )
    distance = np.sqrt(np.maximum(moved**2 + errors**2 - 2 * moved * errors * cosine, 0.0))
    rows = np.column_stack([distance.ravel(), np.tile(estimates, _DRAWS)])
    weights = fit_weights(rows, moved.ravel(), level)
    return GivenErrors(float(weights[0]), float(weights[1]), float(np.quantile(errors, 1 - flagged)))
