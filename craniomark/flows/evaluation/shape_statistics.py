"""Predicted and true shapes: analysis of variance, mean shapes, components."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.evaluation.plain import DRAWN_ONLY, NotEnough
from craniomark.flows.evaluation.resampling import Interval, Resampling
from craniomark.flows.evaluation.samples import Sample
from craniomark.flows.evaluation.sides import Sides
from craniomark.ground.geometry import (
    AnovaRow,
    compare_components,
    compare_mean_shapes,
    procrustes_anova,
    repeatability_interval,
)

Array = NDArray[np.float64]

_ANOVA, _MEAN, _COMPONENTS = 3, 4, 5
_FEWEST_FOR_COMPONENTS = 4
_MOST_COMPONENTS = 3
_SLOW = 499


@dataclass(frozen=True)
class Anova:
    """A Procrustes analysis of variance.

    Attributes
    ----------
    n_specimens, n_landmarks : int
        That it is of.
    sides : str
        Where left and right are from; empty for a table without sides.
    rows : tuple of AnovaRow
        By source.
    repeatability : float
        Intraclass correlation of one configuration.
    repeatability_interval : tuple of float
        Of it, by jackknife over specimens.
    """

    n_specimens: int
    n_landmarks: int
    sides: str
    rows: tuple[AnovaRow, ...]
    repeatability: float
    repeatability_interval: Interval


@dataclass(frozen=True, eq=False)
class MeanShape:
    """Distance between predicted and true mean shape.

    Attributes
    ----------
    distance : float
        Riemannian distance, radians.
    interval : tuple of float
        Bootstrap interval over specimens.
    p : float
        By permutation of predicted and true within specimens.
    null_95 : float
        Distance that 95 % of the permutations stay under.
    """

    distance: float
    interval: Interval
    p: float
    null_95: float
    null: Array = field(repr=False, metadata=DRAWN_ONLY)


@dataclass(frozen=True, eq=False)
class Components:
    """Directions of variation, predicted against true.

    Attributes
    ----------
    share_predicted, share_true : tuple of float
        Of the variance, in each component.
    angle_degrees, angle_p : tuple of float
        Between components of the same rank, and the chance of so small an angle.
    angle_intervals : tuple of (float, float)
        Bootstrap intervals over specimens.
    subspace_degrees : tuple of float
        Principal angles between the spaces of these components.
    covariance_correlation : float
        Of complete landmarks and specimens.
    covariance_interval : tuple of float
        Jackknife interval over specimens.
    covariance_p : float
        By permutation of landmarks.
    """

    share_predicted: tuple[float, ...]
    share_true: tuple[float, ...]
    angle_degrees: tuple[float, ...]
    angle_intervals: tuple[Interval, ...]
    angle_p: tuple[float, ...]
    subspace_degrees: tuple[float, ...]
    covariance_correlation: float
    covariance_interval: Interval
    covariance_p: float
    scores: Array = field(repr=False, metadata=DRAWN_ONLY)


def anova_of(sample: Sample, sides: Sides | None, how: Resampling, section: int = _ANOVA) -> Anova:
    """Individuals, sides where there are any, methods (or sessions, or runs) and the rest."""
    shapes = sample.shapes if sides is None else sample.shapes[:, :, sides.kept]
    structure = None if sides is None else sides.structure
    found = procrustes_anova(shapes, how.rng(section), structure, how.draws)
    interval = repeatability_interval(found, how.level)
    source = "" if sides is None else sides.source
    return Anova(len(shapes), shapes.shape[2], source, found.rows, found.repeatability, interval)


def mean_shape_of(sample: Sample, how: Resampling) -> MeanShape:
    """Distance between the mean shapes of the first and second method of a sample."""
    a, b = sample.shapes[:, 0], sample.shapes[:, 1]
    found = compare_mean_shapes(a, b, how.rng(_MEAN), how.draws, how.level)
    return MeanShape(
        found.distance, found.interval, found.p, float(np.quantile(found.null, 0.95)), found.null
    )


def components_of(sample: Sample, how: Resampling) -> Components:
    """Components and covariances of the first method of a sample against the second.

    Raises
    ------
    NotEnough
        If there are fewer than four specimens, or they are all alike.
    """
    if len(sample.ids) < _FEWEST_FOR_COMPONENTS:
        told = f"{len(sample.ids)} are complete"
        raise NotEnough(f"at least {_FEWEST_FOR_COMPONENTS} specimens are needed; {told}.")
    a, b = sample.shapes[:, 0], sample.shapes[:, 1]
    draws = min(how.draws, _SLOW)
    try:
        found = compare_components(a, b, how.rng(_COMPONENTS), _MOST_COMPONENTS, draws, how.level)
    except ValueError as error:
        raise NotEnough(f"{error}.") from error
    return Components(
        tuple(found.shares[0].tolist()),
        tuple(found.shares[1].tolist()),
        tuple(found.angles.tolist()),
        tuple((float(low), float(high)) for low, high in found.angle_intervals),
        tuple(found.angle_p.tolist()),
        tuple(found.subspace_angles.tolist()),
        found.correlation,
        found.correlation_interval,
        found.correlation_p,
        found.scores,
    )
