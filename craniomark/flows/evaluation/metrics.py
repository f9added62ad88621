"""Figures of an evaluation; every term is defined in docs/reference/metrics.md."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from craniomark.flows.evaluation.errors import PointError, Unpaired, find_unpaired, paired_errors
from craniomark.flows.evaluation.shape_terms import ShapeTerms, shape_terms
from craniomark.ground.landmarks import LandmarkSet

THRESHOLDS_MM = (0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True)
class LandmarkMetrics:
    """Figures of one landmark over specimens.

    Attributes
    ----------
    n : int
        Specimens in which it is paired.
    mean_mm, p95_mm : float
        Mean and 95th percentile of the error, mm.
    bias_mm : tuple of float
        Mean of predicted less true, mm, along the axes of the true mean shape.
    """

    n: int
    mean_mm: float
    p95_mm: float
    bias_mm: tuple[float, float, float]


@dataclass(frozen=True)
class Metrics:
    """Figures over all paired points.

    Attributes
    ----------
    n_specimens, n_landmarks, n_points : int
        Specimens and labels with at least one pair, and pairs.
    mean_mm, median_mm, p95_mm, max_mm : float
        Of the distance between predicted and true points, mm.
    sdr : mapping of float to float
        Fraction of points whose error is at most so many mm.
    coverage_90 : float
        Fraction of points whose error is at most the stated error90_mm; NaN if none was stated.
    procrustes_distance, mean_shape_mm, covariance_correlation, variance_ratio : float
        See `ShapeTerms`.
    per_landmark : mapping of str to LandmarkMetrics
        By label.
    unpaired : Unpaired
        What took no part.
    notes : tuple of str
        What was noticed, in sentences for the user.
    errors : tuple of PointError
        The points that the figures are of, and those missing on one side.
    """

    n_specimens: int
    n_landmarks: int
    n_points: int
    mean_mm: float
    median_mm: float
    p95_mm: float
    max_mm: float
    sdr: Mapping[float, float]
    coverage_90: float
    procrustes_distance: float
    mean_shape_mm: float
    covariance_correlation: float
    variance_ratio: float
    per_landmark: Mapping[str, LandmarkMetrics]
    unpaired: Unpaired = field(default_factory=Unpaired)
    notes: tuple[str, ...] = ()
    errors: tuple[PointError, ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The content of metrics.json; None where a figure can't be given."""
        plain: dict[str, Any] = {}
        for name, value in asdict(replace(self, errors=())).items():
            if name == "sdr":
                plain.update({f"sdr_{limit}": fraction for limit, fraction in value.items()})
            elif name != "errors":
                plain[name] = value
        cleaned: dict[str, Any] = _without_nan(plain)
        return cleaned


def evaluate(predicted: Mapping[str, LandmarkSet], truth: Mapping[str, LandmarkSet]) -> Metrics:
    """Compare predicted with true landmarks.

    Parameters
    ----------
    predicted, truth : mapping of str to LandmarkSet
        By specimen id, LPS mm. Points are paired by id and label; what has no counterpart is named in
        ``unpaired`` and ``notes``.

    Returns
    -------
    Metrics

    Raises
    ------
    InputError
        If not one point has both sides.
    """
    rows = paired_errors(predicted, truth)
    unpaired = find_unpaired(predicted, truth, rows)
    return metrics_of(rows, unpaired)


def metrics_of(rows: Sequence[PointError], unpaired: Unpaired | None = None) -> Metrics:
    """Figures of points that `paired_errors` has paired."""
    unpaired = unpaired or Unpaired()
    pairs = [row for row in rows if not row.note]
    shapes = shape_terms(pairs)
    errors = np.array([row.error_mm for row in pairs])
    coverage, stated = _coverage(pairs)
    notes = [*unpaired.sentences(), *shapes.notes]
    if 0 < stated < len(pairs):
        notes.append(f"coverage_90 is of the {stated} of {len(pairs)} points with a stated error.")
    by_label: dict[str, list[PointError]] = {}
    for row in pairs:
        by_label.setdefault(row.label, []).append(row)
    return Metrics(
        n_specimens=len({row.id for row in pairs}),
        n_landmarks=len(by_label),
        n_points=len(pairs),
        mean_mm=float(errors.mean()),
        median_mm=float(np.median(errors)),
        p95_mm=float(np.percentile(errors, 95)),
        max_mm=float(errors.max()),
        sdr={limit: float(np.mean(errors <= limit)) for limit in THRESHOLDS_MM},
        coverage_90=coverage,
        procrustes_distance=shapes.procrustes_distance,
        mean_shape_mm=shapes.mean_shape_mm,
        covariance_correlation=shapes.covariance_correlation,
        variance_ratio=shapes.variance_ratio,
        per_landmark={label: _of_landmark(rows_of, shapes) for label, rows_of in by_label.items()},
        unpaired=unpaired,
        notes=tuple(notes),
        errors=tuple(rows),
    )


def _coverage(pairs: Sequence[PointError]) -> tuple[float, int]:
    within = [row.error_mm <= row.error90_mm for row in pairs if np.isfinite(row.error90_mm)]
    return (float(np.mean(within)) if within else float("nan")), len(within)


def _of_landmark(rows: Sequence[PointError], shapes: ShapeTerms) -> LandmarkMetrics:
    errors = np.array([row.error_mm for row in rows])
    offsets = [shapes.turns.get(row.id, np.eye(3)) @ row.offset for row in rows]
    bias = np.mean(offsets, axis=0)
    p95 = float(np.percentile(errors, 95))
    return LandmarkMetrics(
        len(rows), float(errors.mean()), p95, (float(bias[0]), float(bias[1]), float(bias[2]))
    )


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value
