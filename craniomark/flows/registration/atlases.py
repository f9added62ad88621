"""Landmarks of several atlases carried to one scan: all registrations in one batch, and their median."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.flows.registration.elastic import linear_starts
from craniomark.flows.registration.pair import Pair
from craniomark.ground.landmarks import LandmarkSet
from craniomark.tasks.regnet.hybrid.hyreg import Hybrid, HybridSettings, Start, hybrid

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Carried:
    """What atlases say.

    Attributes
    ----------
    labels : tuple of str
        Of the landmarks.
    points : ndarray, shape (A, L, 3)
        Of each atlas, in the scan's LPS mm; NaN where it has none.
    results : tuple of Hybrid
        Of each atlas.
    """

    labels: tuple[str, ...]
    points: Array
    results: tuple[Hybrid, ...]

    @property
    def landmarks(self) -> LandmarkSet:
        """The median of what the atlases say."""
        from craniomark.ground.landmarks import LandmarkSet

        known = np.isfinite(self.points).all(-1).any(0)
        median = np.full(self.points.shape[1:], np.nan)
        median[known] = np.nanmedian(self.points[:, known], axis=0)
        return LandmarkSet(self.labels, median)

    @property
    def spread_mm(self) -> Array:
        """Root mean squared distance of the atlases from their median, shape (L,)."""
        away = np.linalg.norm(self.points - self.landmarks.points, axis=-1)
        return np.asarray(np.sqrt(np.nanmean(away**2, axis=0)))


def carried_by_atlases(
    pairs: Sequence[Pair], truths: Sequence[LandmarkSet], settings: HybridSettings | None = None
) -> Carried:
    """Landmarks of atlases on one scan.

    Parameters
    ----------
    pairs : sequence of Pair
        The scan as the fixed image of all, an atlas as the moving image of each.
    truths : sequence of LandmarkSet
        Of the atlases, paired by label.
    settings : HybridSettings, optional
        Of the optimisation.
    """
    labels = tuple(dict.fromkeys(label for truth in truths for label in truth.labels))
    starts = [Start(linear_starts(pair), None) for pair in pairs]
    movings: list[Image] = [pair.moving for pair in pairs]
    results = hybrid(pairs[0].fixed, movings, starts, settings)
    points = [
        _carried(result, truth.ordered(labels).points) for result, truth in zip(results, truths, strict=True)
    ]
    return Carried(labels, np.stack(points), tuple(results))


def _carried(result: Hybrid, points: Array) -> Array:
    placed = torch.as_tensor(np.nan_to_num(points), dtype=torch.float32)
    carried = result.inverse(placed).cpu().numpy().astype(np.float64)
    return np.where(np.isfinite(points), carried, np.nan)
