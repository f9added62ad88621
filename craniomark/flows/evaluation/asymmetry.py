"""Does a method keep the asymmetry of the specimens?"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.evaluation.plain import DRAWN_ONLY
from craniomark.flows.evaluation.resampling import Interval, Resampling
from craniomark.flows.evaluation.samples import Sample
from craniomark.flows.evaluation.sides import Sides
from craniomark.ground.geometry import Sidedness, corrected_interval, jackknife_interval, sidedness

Array = NDArray[np.float64]

_SECTION = 6
_FEWEST_FOR_CORRELATION = 4
_NOTHING_MM = 1e-9
_TINY = 1e-300


@dataclass(frozen=True, eq=False)
class AsymmetryOf:
    """Asymmetry of the shapes of one method.

    Attributes
    ----------
    directional_mm : float
        Root mean square over landmarks of the shared asymmetric component, mm.
    directional_p : float
        Of none, by exchange of sides.
    fluctuating_mm : float
        Standard deviation of each specimen's own asymmetric component, mm; errors of placement are
        in it.
    fluctuating_interval : tuple of float
        Bootstrap interval over specimens.
    """

    directional_mm: float
    directional_p: float
    fluctuating_mm: float
    fluctuating_interval: Interval
    scores: Array = field(repr=False, metadata=DRAWN_ONLY)


@dataclass(frozen=True, eq=False)
class AsymmetryComparison:
    """Asymmetry of predicted and true shapes.

    Attributes
    ----------
    sides : str
        Where pairs and midline are from.
    n_specimens, pairs, midline : int
        That it is of.
    predicted, truth : AsymmetryOf
        Each by itself.
    directional_degrees : float
        Angle between the two directional parts; 90 for unrelated ones.
    fluctuating_ratio : float
        Predicted by true variance of the fluctuating part; below 1 where a method makes skulls more
        symmetric than they are.
    fluctuating_ratio_interval : tuple of float
        Jackknife interval over specimens, by the logarithm.
    fluctuating_correlation : float
        Between the fluctuating parts of the same specimens, over all coordinates.
    fluctuating_correlation_interval : tuple of float
        Bootstrap interval over specimens.
    """

    sides: str
    n_specimens: int
    pairs: int
    midline: int
    predicted: AsymmetryOf
    truth: AsymmetryOf
    directional_degrees: float
    fluctuating_ratio: float
    fluctuating_ratio_interval: Interval
    fluctuating_correlation: float
    fluctuating_correlation_interval: Interval


def asymmetry_of(sample: Sample, sides: Sides, how: Resampling) -> AsymmetryComparison:
    """Directional and fluctuating asymmetry of the first method of a sample against the second.

    Parameters
    ----------
    sample : Sample
        Predicted and true shapes.
    sides : Sides
        Left and right of its landmarks.
    how : Resampling
        Draws, seed and level.
    """
    predicted, truth = (
        sidedness(sample.shapes[:, j][:, sides.kept], sides.structure, how.rng(_SECTION, j), how.draws)
        for j in (0, 1)
    )
    weights = _weights(len(sample.ids), how)
    a, b = (one.fluctuating.reshape(len(one.fluctuating), -1) for one in (predicted, truth))
    ratio, correlation = _ratio(a, b), _correlation(a, b)
    n = len(sample.ids)
    few = n < _FEWEST_FOR_CORRELATION
    untold = float("nan"), float("nan")
    return AsymmetryComparison(
        sides.source,
        n,
        len(sides.structure.pairs),
        len(sides.structure.midline),
        _told(predicted, weights, how),
        _told(truth, weights, how),
        _angle(predicted.directional, truth.directional),
        ratio,
        untold if few else _ratio_interval(a, b, ratio, how),
        float("nan") if few else correlation,
        untold if few else _interval(correlation, [_correlation(a[w], b[w]) for w in weights], how),
    )


def _weights(n: int, how: Resampling) -> NDArray[np.intp]:
    return how.rng(_SECTION, 2).integers(n, size=(how.draws, n))


def _told(found: Sidedness, drawn: NDArray[np.intp], how: Resampling) -> AsymmetryOf:
    figures = np.sqrt(np.mean(found.scores[drawn] ** 2, axis=1))
    interval = _interval(found.fluctuating_mm, figures.tolist(), how)
    return AsymmetryOf(
        found.directional_mm, found.directional_p, found.fluctuating_mm, interval, found.scores
    )


def _interval(estimate: float, values: list[float], how: Resampling) -> Interval:
    return corrected_interval(estimate, values, how.level)


def _ratio(a: Array, b: Array) -> float:
    below = float(np.sum(b**2))
    return float(np.sum(a**2)) / below if below > _NOTHING_MM**2 else float("nan")


def _ratio_interval(a: Array, b: Array, ratio: float, how: Resampling) -> Interval:
    rest = [np.arange(len(a)) != i for i in range(len(a))]
    logs = np.log(np.maximum([ratio, *(_ratio(a[keep], b[keep]) for keep in rest)], _TINY))
    low, high = np.exp(jackknife_interval(float(logs[0]), logs[1:], how.level))
    return float(low), float(high)


def _correlation(a: Array, b: Array) -> float:
    sizes = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.sum(a * b)) / sizes if sizes > _NOTHING_MM**2 else float("nan")


def _angle(a: Array, b: Array) -> float:
    cosine = _correlation(a, b)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
