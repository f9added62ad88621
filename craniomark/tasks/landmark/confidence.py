"""An error estimate for each landmark: what 90 % of such points stay under."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from craniomark.ground.geometry import ShapeModel, scale_of
from craniomark.tasks.landmark.place import LEAST_IN_VIEW, Placement
from craniomark.tasks.landmark.texture import UsualTexture

Array = NDArray[np.float64]

EVIDENCE = ("constant", "typical", "spread", "disagreement", "shape", "dissimilarity")
"""What an estimate is made of: a constant; the landmark's own error on specimens left out; the
width of the score's peak; the disagreement of templates and windows; the distance from where the
other landmarks expect it (all mm); and one minus the correlation."""
OF_OPINIONS = ("opinions", "doubt")
"""What networks add: the disagreement of the methods, and the methods' own doubts (mm)."""

LEVEL = 0.9
_TYPICAL_WEIGHT = 6.0  # specimens' worth of the overall error that each landmark's own is mixed with


@dataclass(frozen=True, eq=False)
class ErrorModel:
    """Weights of the evidence, fitted on specimens left out.

    Attributes
    ----------
    weights : ndarray, shape (6,) or (8,)
        Not negative, in the order of `EVIDENCE`, then of `OF_OPINIONS` where there are networks.
    typical : ndarray, shape (L,)
        Error of each landmark on specimens left out, mm.
    review_above : float
        Estimate, mm, from which a point is flagged for review.
    least_score : float
        Correlation under which a point is flagged whatever its estimate.
    usual_distance : float
        Distance, mm, from where the other landmarks expect a point, that is rarely exceeded; a
        point farther off is estimated to err by all of its distance, and flagged.
    """

    weights: Array
    typical: Array
    review_above: float
    least_score: float
    usual_distance: float
    texture: UsualTexture | None = None

    def error90(self, placement: Placement, shape: ShapeModel) -> Array:
        """Estimates, mm, shape (L,); NaN where out of view."""
        rows = evidence(placement, shape, self.typical)
        estimate, distance = rows @ self.weights, rows[:, EVIDENCE.index("shape")]
        estimate = np.where(distance > self.usual_distance, np.maximum(estimate, distance), estimate)
        return np.where(placement.match.in_view, estimate, np.nan)

    def flags(self, placement: Placement, errors: Array) -> list[str]:
        """``"review"`` or ``"ok"`` for each landmark, empty where out of view."""
        doubtful = (errors > self.review_above) | (placement.match.score < self.least_score)
        if self.texture is not None and placement.texture is not None:
            doubtful |= self.texture.deviation(placement.texture) > self.texture.limit
        seen = placement.match.in_view
        return [("review" if d else "ok") if s else "" for d, s in zip(doubtful, seen, strict=True)]

    def as_json(self) -> dict[str, Any]:
        """Plain numbers under their names."""
        names = (EVIDENCE + OF_OPINIONS)[: len(self.weights)]
        told: dict[str, Any] = {
            "weights": dict(zip(names, self.weights.tolist(), strict=True)),
            "typical_mm": self.typical.round(5).tolist(),
            "review_above_mm": self.review_above,
            "least_score": self.least_score,
            "usual_distance_mm": self.usual_distance,
        }
        return told | ({"texture": self.texture.as_json()} if self.texture else {})

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ErrorModel":
        """The inverse of `as_json`.

        Raises
        ------
        ValueError
            If a number is missing or not finite.
        """
        try:
            fused = OF_OPINIONS[0] in values["weights"]
            names_of_weights = EVIDENCE + OF_OPINIONS if fused else EVIDENCE
            weights = np.array([float(values["weights"][name]) for name in names_of_weights])
            typical = np.array(values["typical_mm"], dtype=np.float64)
            names = ("review_above_mm", "least_score", "usual_distance_mm")
            numbers = [float(values[name]) for name in names]
        except (KeyError, TypeError) as error:
            raise ValueError(f"the error model lacks {error}") from error
        if not (np.isfinite(weights).all() and np.isfinite(typical).all() and np.isfinite(numbers).all()):
            raise ValueError("the error model holds a number that is not finite")
        usual = UsualTexture.from_json(values["texture"]) if "texture" in values else None
        if usual is not None and len(usual.mean) != len(typical):
            raise ValueError(f"the usual texture is of {len(usual.mean)} landmarks, not {len(typical)}")
        return cls(weights, typical, numbers[0], numbers[1], numbers[2], usual)


def evidence(placement: Placement, shape: ShapeModel, typical: Array) -> Array:
    """Evidence for the error of each landmark, shape (L, 6), or (L, 8) where networks had their say."""
    found = placement.match
    size = scale_of(placement.template_to_specimen)
    points = np.where(found.in_view[:, None], placement.points, np.nan)
    distance = _from_expected(points, shape)
    columns = [
        np.ones(len(typical)),
        typical,
        size * found.spread,
        size * found.disagreement,
        size * np.nan_to_num(distance, nan=float(np.median(typical))),
        1 - found.score,
    ]
    if placement.consensus is not None:
        columns += [size * placement.consensus.disagreement, size * placement.consensus.doubt]
    return np.stack(columns, axis=1)


def _from_expected(points: Array, shape: ShapeModel) -> Array:
    """Distance, mm, of each point from where the others expect it; NaN where they are too few to tell."""
    if np.isfinite(points).all(1).sum() <= LEAST_IN_VIEW:
        return np.full(len(points), np.nan)
    return np.asarray(np.linalg.norm(shape.predict_each_from_others(points) - points, axis=1))


def typical_errors(errors: Array) -> Array:
    """Root mean squared error of each landmark, drawn to that of all; `errors` is (S, L), NaN missing."""
    squares = errors**2
    overall = float(np.nanmean(squares))
    counts = np.isfinite(errors).sum(0)
    sums = np.nansum(squares, axis=0)
    return np.sqrt((sums + _TYPICAL_WEIGHT * overall) / (counts + _TYPICAL_WEIGHT))


def fit_weights(rows: Array, errors: Array, level: float = LEVEL) -> Array:
    """Quantile regression (Koenker 1978) with weights that are not negative, by linear programming.

    Parameters
    ----------
    rows : ndarray, shape (N, 6)
        Evidence.
    errors : ndarray, shape (N,)
        True errors, mm.
    level : float
        Quantile that is estimated.
    """
    count, width = rows.shape
    cost = np.concatenate([np.zeros(width), np.full(count, level), np.full(count, 1 - level)])
    equations = np.hstack([rows, np.eye(count), -np.eye(count)])
    result = linprog(cost, A_eq=equations, b_eq=errors, bounds=(0, None), method="highs")
    if not result.success:
        raise ValueError(f"the error estimate could not be fitted: {result.message}")
    return np.asarray(result.x[:width])
