"""The error model of a bundle, from placements of specimens that were left out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.template.crossfit import LeftOut
from craniomark.flows.template.frame import structure_of
from craniomark.tasks.landmark.confidence import (
    EVIDENCE,
    LEVEL,
    OF_OPINIONS,
    ErrorModel,
    evidence,
)
from craniomark.tasks.landmark.given import fit_given
from craniomark.tasks.landmark.likeness import match_features, usual_match
from craniomark.tasks.landmark.quantile import fit_weights
from craniomark.tasks.landmark.texture import UsualTexture, usual_texture
from craniomark.tasks.landmark.typical import typical_errors

Array = NDArray[np.float64]

_FLAGGED = 0.08
"""Share of the points of intact scans that may be flagged."""
_FLAGGED_GIVEN = 0.05
"""Share of true landmarks that may be flagged where they are given; enough to tell half a millimetre."""
_LOWEST_SCORES = 0.001
_FARTHEST = 0.995
_UNUSUAL = 0.005
"""Share of the points of intact scans beyond which, with a margin, match or surroundings are unusual."""
_PENALTY = 0.01
"""On evidence other than what is typical of the landmark; a few specimens fit too much of it else."""


def fit_error_model(left_out: Sequence[LeftOut], flagged: float = _FLAGGED) -> ErrorModel:
    """Weights of the evidence over all specimens left out, and limits that hold on intact scans."""
    ordered = sorted(left_out, key=lambda s: s.row)
    mates = _mates(ordered[0])
    typical = _typical(ordered, mates)
    rows, errors = _rows(left_out, left_out, mates)
    weights = _weights(rows, errors)
    estimates = rows @ weights
    matches = [match_features(s.placements[0], s.shape) for s in ordered]
    model = ErrorModel(
        weights,
        typical,
        review_above=np.inf,
        least_score=1 - float(np.quantile(rows[:, EVIDENCE.index("dissimilarity")], 1 - _LOWEST_SCORES)),
        usual_distance=float(np.quantile(rows[:, EVIDENCE.index("shape")], _FARTHEST)),
        texture=_usual_texture(ordered),
        match=usual_match(matches, _UNUSUAL),
        given=fit_given(errors, estimates, LEVEL, _FLAGGED_GIVEN),
    )
    return replace(model, review_above=_review_above(model, ordered, flagged, mates))


def _usual_texture(left_out: Sequence[LeftOut]) -> UsualTexture | None:
    first = [s.placements[0] for s in left_out]
    found = [(p.texture, p.match.in_view) for p in first if p.texture is not None]
    return usual_texture([t for t, _ in found], _UNUSUAL, [v for _, v in found]) if found else None


def _review_above(
    model: ErrorModel, left_out: Sequence[LeftOut], flagged: float, mates: NDArray[np.intp]
) -> float:
    """The estimate from which a share of intact points is flagged, those that are unusual among them."""
    estimates = []
    for specimen in left_out:
        own = replace(model, typical=_typical_without(left_out, specimen, mates))
        for placement in specimen.placements:
            errors = own.error90(placement, specimen.shape)
            errors[model.unusual(placement, specimen.shape)] = np.inf
            estimates.append(errors[placement.match.in_view])
    return float(np.quantile(np.concatenate(estimates), 1 - flagged, method="lower"))


def _weights(rows: Array, errors: Array) -> Array:
    """Quantile regression that prefers what is typical of a landmark."""
    names = (EVIDENCE + OF_OPINIONS)[: rows.shape[1]]
    penalty = np.array([0.0 if name == "typical" else _PENALTY for name in names])
    return fit_weights(rows, errors, LEVEL, penalty)


def _mates(specimen: LeftOut) -> NDArray[np.intp]:
    """For each landmark the one that mirrors it, or itself."""
    mates = np.arange(len(specimen.shape.mean))
    for left, right in structure_of(specimen.shape.mean).pairs:
        mates[[left, right]] = right, left
    return mates


def coverage(left_out: Sequence[LeftOut]) -> float:
    """Share of errors under their estimate, each fold estimated by weights from the other folds."""
    inside: list[NDArray[np.bool_]] = []
    mates = _mates(left_out[0])
    for fold in sorted({s.fold for s in left_out}):
        others = [s for s in left_out if s.fold != fold]
        weights = _weights(*_rows(others, others, mates))
        rows, errors = _rows([s for s in left_out if s.fold == fold], left_out, mates)
        inside.append(errors <= rows @ weights)
    return float(np.concatenate(inside).mean())


def _rows(
    left_out: Sequence[LeftOut], peers: Sequence[LeftOut], mates: NDArray[np.intp]
) -> tuple[Array, Array]:
    """Evidence and errors of all points; what is typical of a landmark is learnt from `peers`."""
    rows, errors = [], []
    for specimen in left_out:
        own = _typical_without(peers, specimen, mates)
        for placement, error in zip(specimen.placements, specimen.errors, strict=True):
            usable = np.isfinite(error) & placement.match.in_view
            rows.append(evidence(placement, specimen.shape, own)[usable])
            errors.append(error[usable])
    return np.concatenate(rows), np.concatenate(errors)


def _typical_without(left_out: Sequence[LeftOut], specimen: LeftOut, mates: NDArray[np.intp]) -> Array:
    """Typical errors of the specimens other than this one, so that no error predicts itself."""
    return _typical([s for s in left_out if s.row != specimen.row], mates)


def _typical(left_out: Sequence[LeftOut], mates: NDArray[np.intp]) -> Array:
    """Typical errors of all starts, each specimen counted once."""
    errors = np.array([np.mean(s.errors, axis=0) for s in left_out])
    widths = np.array([np.mean([p.match.spread for p in s.placements], axis=0) for s in left_out])
    return typical_errors(errors, mates, widths)
