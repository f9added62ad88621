"""What is usual of each landmark on intact specimens, and how far from it a landmark lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Usual:
    """Mean and standard deviation of features of each landmark, and the deviation that is rarely exceeded.

    Attributes
    ----------
    mean, sd : ndarray, shape (L, F)
        Of the features.
    limit : float
        Standard deviations from the mean from which a landmark is unusual.
    """

    mean: Array
    sd: Array
    limit: float

    def deviations(self, features: Array) -> Array:
        """Signed distances of features from the usual, in standard deviations, shape (L, F)."""
        return np.asarray((features - self.mean) / self.sd)

    def as_json(self) -> dict[str, Any]:
        """Plain numbers under their names."""
        return {"mean": self.mean.round(4).tolist(), "sd": self.sd.round(4).tolist(), "limit": self.limit}

    @classmethod
    def from_json(cls, values: Mapping[str, Any], features: int = 2, what: str = "usual texture") -> Self:
        """The inverse of `as_json`.

        Parameters
        ----------
        values : mapping
            As read.
        features : int
            How many there are of each landmark.
        what : str
            Named in messages.

        Raises
        ------
        ValueError
            If a number is missing, not finite or not positive where it must be.
        """
        try:
            mean, sd = (np.array(values[name], dtype=np.float64) for name in ("mean", "sd"))
            limit = float(values["limit"])
        except (KeyError, TypeError) as error:
            raise ValueError(f"the {what} lacks {error}") from error
        sound = mean.shape == sd.shape == (len(mean), features) and np.isfinite(mean).all()
        if not (sound and (sd > 0).all() and np.isfinite(sd).all() and 0 < limit < np.inf):
            raise ValueError(f"the {what} is not {features} finite features of each landmark")
        return cls(mean, sd, limit)


def drawn_sd(features: Array, least: float) -> Array:
    """Standard deviation of each landmark over specimens, drawn half-way to that of all landmarks.

    Parameters
    ----------
    features : ndarray, shape (S, L, F)
        Of intact specimens; NaN where not known.
    least : float
        Added in quadrature.
    """
    known = np.isfinite(features)
    counts = np.maximum(known.sum(0) - 1, 1)
    middle = mean_of_known(features)
    variance = np.where(known, (features - middle) ** 2, 0.0).sum(0) / counts
    return np.asarray(np.sqrt((variance + variance.mean(0)) / 2 + least**2))


def left_out_deviations(features: Array, sd: Array) -> Array:
    """Signed deviations of each specimen from the mean of the others: a limit on them holds for new ones."""
    known = np.isfinite(features)
    filled, counts = np.where(known, features, 0.0), known.sum(0) - known
    others = (filled.sum(0) - filled) / np.maximum(counts, 1)
    return np.where(known & (counts > 0), (features - others) / sd, np.nan)


def mean_of_known(features: Array) -> Array:
    """Mean over specimens; that of all landmarks where nothing is known of one."""
    known = np.isfinite(features)
    sums, counts = np.where(known, features, 0.0).sum(0), known.sum(0)
    overall = sums.sum(0) / np.maximum(counts.sum(0), 1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), overall)
