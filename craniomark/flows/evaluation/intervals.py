"""Intervals of the pooled figures of an evaluation."""

from collections.abc import Sequence

import numpy as np

from craniomark.flows.evaluation.errors import PointError
from craniomark.flows.evaluation.plain import NotEnough
from craniomark.flows.evaluation.resampling import Interval, Redrawn, Resampling
from craniomark.flows.evaluation.samples import FEWEST_LANDMARKS, arrays_of
from craniomark.ground.geometry import procrustes_distance

_SECTION = 1


def pooled_intervals(
    pairs: Sequence[PointError], thresholds: Sequence[float], how: Resampling
) -> dict[str, Interval]:
    """Bootstrap intervals over specimens, by the key of metrics.json that they belong to.

    Parameters
    ----------
    pairs : sequence of PointError
        With both sides.
    thresholds : sequence of float
        Of the success detection rates, mm.
    how : Resampling
        Draws, seed and level.

    Raises
    ------
    NotEnough
        If there are fewer than two specimens.
    """
    ids = [row.id for row in pairs]
    if len(set(ids)) < 2:
        raise NotEnough("at least two specimens are needed.")
    errors = np.array([row.error_mm for row in pairs])
    drawn = Redrawn(ids, how, how.rng(_SECTION))
    found = {
        "mean_mm": drawn.of_mean(errors),
        "median_mm": drawn.of_quantile(errors, 0.5),
        "p95_mm": drawn.of_quantile(errors, 0.95),
    }
    found |= {f"sdr_{limit}": drawn.of_mean((errors <= limit).astype(float)) for limit in thresholds}
    stated = [row for row in pairs if np.isfinite(row.error90_mm)]
    if len({row.id for row in stated}) > 1:
        within = np.array([float(row.error_mm <= row.error90_mm) for row in stated])
        redrawn = Redrawn([row.id for row in stated], how, how.rng(_SECTION, 1))
        found["coverage_90"] = redrawn.of_mean(within)
    names, _, predicted, truth = arrays_of(pairs)
    enough = [i for i in range(len(names)) if np.isfinite(truth[i, :, 0]).sum() >= FEWEST_LANDMARKS]
    if len(enough) > 1:
        distances = np.array([procrustes_distance(predicted[i], truth[i]) for i in enough])
        redrawn = Redrawn([names[i] for i in enough], how, how.rng(_SECTION, 2))
        found["procrustes_distance"] = redrawn.of_mean(distances)
    return found
