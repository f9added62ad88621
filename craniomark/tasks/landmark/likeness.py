"""How well a landmark fits the patches, and its place the other landmarks, beside what is usual."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.geometry import ShapeModel
from craniomark.tasks.landmark.place import LEAST_IN_VIEW, Placement
from craniomark.tasks.landmark.usual import Usual, drawn_sd, left_out_deviations, mean_of_known

Array = NDArray[np.float64]

FEATURES = ("unlikeness", "distance")
"""The correlation by Fisher's transform, its sign turned; and the distance, mm, from where the other
landmarks expect the point. Of both, more is worse."""

_HIGHEST = 0.999
_LEAST_SD = 0.02
_MARGIN = 1.5
_LIMIT_UNKNOWN = 5.0


class UsualMatch(Usual):
    """How good a match is usual of each landmark."""

    def deviation(self, features: Array) -> Array:
        """Standard deviations by which the worse feature of each landmark exceeds the usual, shape (L,)."""
        return np.asarray(np.nan_to_num(self.deviations(features), nan=-np.inf).max(1))


def match_features(placement: Placement, shape: ShapeModel) -> Array:
    """Features of a placement, shape (L, 2), in the order of `FEATURES`; NaN where out of view or unknown."""
    seen = placement.match.in_view
    points = np.where(seen[:, None], placement.points, np.nan)
    unlike = -np.arctanh(np.clip(placement.match.score, -_HIGHEST, _HIGHEST))
    return np.column_stack([np.where(seen, unlike, np.nan), from_expected(points, shape)])


def from_expected(points: Array, shape: ShapeModel) -> Array:
    """Distance, mm, of each point from where the others expect it; NaN where they are too few to tell."""
    if np.isfinite(points).all(1).sum() <= LEAST_IN_VIEW:
        return np.full(len(points), np.nan)
    return np.asarray(np.linalg.norm(shape.predict_each_from_others(points) - points, axis=1))


def usual_match(features: Sequence[Array], exceeded: float) -> UsualMatch:
    """What is usual, and the limit, which is `_MARGIN` times what a share of intact landmarks exceeds.

    Each specimen is measured against the mean of the others, so that the limit holds for new ones.

    Parameters
    ----------
    features : sequence of ndarray, shape (L, 2)
        Of intact specimens.
    exceeded : float
        Share of landmarks.
    """
    stacked = np.array(features)
    sd = drawn_sd(stacked, _LEAST_SD)
    deviations = left_out_deviations(stacked, sd)
    reached = deviations[np.isfinite(deviations).all(-1)].max(-1)
    limit = _MARGIN * float(np.quantile(reached, 1 - exceeded)) if reached.size else _LIMIT_UNKNOWN
    return UsualMatch(mean_of_known(stacked), sd, limit)
