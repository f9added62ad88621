"""An error estimate for each landmark: what 90 % of such points stay under."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.geometry import ShapeModel, scale_of
from craniomark.tasks.landmark.given import GivenErrors
from craniomark.tasks.landmark.likeness import UsualMatch, from_expected, match_features
from craniomark.tasks.landmark.place import Placement
from craniomark.tasks.landmark.texture import UsualTexture

Array = NDArray[np.float64]

EVIDENCE = ("constant", "typical", "spread", "disagreement", "shape", "dissimilarity")
"""What an estimate is made of: a constant; the landmark's own error on specimens left out; the
width of the score's peak; the disagreement of templates and windows; the distance from where the
other landmarks expect it (all mm); and one minus the correlation."""
OF_OPINIONS = ("opinions", "doubt")
"""What networks add: the disagreement of the methods, and the methods' own doubts (mm)."""

LEVEL = 0.9
_MOST_UNUSUAL = 1 / 3


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
    match: UsualMatch | None = None
    given: GivenErrors | None = None

    def error90(self, placement: Placement, shape: ShapeModel) -> Array:
        """Estimates, mm, shape (L,); NaN where out of view."""
        rows = evidence(placement, shape, self.typical)
        estimate, distance = rows @ self.weights, rows[:, EVIDENCE.index("shape")]
        estimate = np.where(distance > self.usual_distance, np.maximum(estimate, distance), estimate)
        return np.where(placement.match.in_view, estimate, np.nan)

    def flags(self, placement: Placement, errors: Array, shape: ShapeModel) -> list[str]:
        """``"review"`` or ``"ok"`` for each landmark, empty where out of view."""
        doubtful = (errors > self.review_above) | self.unusual(placement, shape)
        seen = placement.match.in_view
        return [("review" if d else "ok") if s else "" for d, s in zip(doubtful, seen, strict=True)]

    def unusual(self, placement: Placement, shape: ShapeModel) -> NDArray[np.bool_]:
        """Landmarks whose match or surroundings are unlike what is usual there, shape (L,).

        Where that is so of many, the placement as a whole is lost: then all are unusual.
        """
        found = placement.match.score < self.least_score
        if self.match is not None:
            found = found | (self.match.deviation(match_features(placement, shape)) > self.match.limit)
        if self.texture is not None and placement.texture is not None:
            deviation = self.texture.deviation(placement.texture, placement.match.in_view)
            found = found | (deviation > self.texture.limit)
        seen = placement.match.in_view
        lost = seen.any() and found[seen].mean() > _MOST_UNUSUAL
        return np.asarray(found | lost)

    def of_given(
        self, distance: Array, estimate: Array, size: float = 1.0
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Estimates of given points, mm, and which of them lie too far from the model's own.

        Models that were made before given points had estimates add distance and own error.

        Parameters
        ----------
        distance, estimate : ndarray, shape (L,)
            Distance from the model's own points, and their `error90`, mm.
        size : float
            Of the specimen, beside the template's.
        """
        how = self.given or GivenErrors(1.0, 1.0, self.review_above)
        return how.error90(distance, estimate), np.asarray(distance > size * how.review_above)

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
        parts = {"texture": self.texture, "match": self.match, "given": self.given}
        return told | {name: part.as_json() for name, part in parts.items() if part is not None}

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
        match = UsualMatch.from_json(values["match"], what="usual match") if "match" in values else None
        given = GivenErrors.from_json(values["given"]) if "given" in values else None
        for what, part in (("texture", usual), ("match", match)):
            if part is not None and len(part.mean) != len(typical):
                raise ValueError(f"the usual {what} is of {len(part.mean)} landmarks, not {len(typical)}")
        return cls(weights, typical, numbers[0], numbers[1], numbers[2], usual, match, given)


def evidence(placement: Placement, shape: ShapeModel, typical: Array) -> Array:
    """Evidence for the error of each landmark, shape (L, 6), or (L, 8) where networks had their say."""
    found = placement.match
    size = scale_of(placement.template_to_specimen)
    points = np.where(found.in_view[:, None], placement.points, np.nan)
    distance = from_expected(points, shape)
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
