"""Terms of an evaluation that compare shapes and samples of shapes, not single points."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.evaluation.errors import PointError
from craniomark.ground.geometry import (
    GpaResult,
    apply,
    generalised_procrustes,
    procrustes_distance,
    rigid_fit,
)

Array = NDArray[np.float64]

_FEWEST_POINTS = 4
_FEWEST_FOR_COVARIANCE = 3
_NO_VARIANCE = 1e-12  # mm^2


@dataclass(frozen=True, eq=False)
class ShapeTerms:
    """Comparison of predicted and true shapes; NaN where it can't be made.

    Attributes
    ----------
    procrustes_distance : float
        Mean over specimens, at unit centroid size.
    mean_shape_mm : float
        Mean distance between the landmarks of the two mean shapes, mm.
    covariance_correlation : float
        Correlation of the elements of the two Procrustes covariance matrices.
    variance_ratio : float
        Total variance of the predicted shapes as a ratio of that of the true ones.
    turns : dict of str to ndarray, shape (3, 3)
        Rotation from each specimen's LPS frame to the frame of the true mean shape.
    notes : tuple of str
        What was left out, in sentences for the user.
    """

    procrustes_distance: float
    mean_shape_mm: float
    covariance_correlation: float
    variance_ratio: float
    turns: dict[str, Array]
    notes: tuple[str, ...]


def shape_terms(rows: Sequence[PointError]) -> ShapeTerms:
    """Compare shapes from points that both sides have.

    Parameters
    ----------
    rows : sequence of PointError
        As from `paired_errors`.

    Returns
    -------
    ShapeTerms
    """
    ids, predicted, truth = _arrays([row for row in rows if not row.note])
    nothing = float("nan")
    usable, notes = _usable(predicted, truth)
    if not len(usable[0]) or usable[1].sum() < _FEWEST_POINTS:
        note = f"Shapes are not compared: no specimen has {_FEWEST_POINTS} landmarks that others have too."
        return ShapeTerms(nothing, nothing, nothing, nothing, {}, (note,))
    specimens, landmarks = usable
    ids = [ids[i] for i in specimens]
    predicted, truth = predicted[specimens][:, landmarks], truth[specimens][:, landmarks]
    try:
        found, reference = generalised_procrustes(predicted), generalised_procrustes(truth)
    except ValueError as error:
        return ShapeTerms(nothing, nothing, nothing, nothing, {}, (f"Shapes are not compared: {error}.",))
    distances = [procrustes_distance(p, t) for p, t in zip(predicted, truth, strict=True)]
    onto = rigid_fit(found.mean, reference.mean)
    gap = np.linalg.norm(apply(onto, found.mean) - reference.mean, axis=1)
    turns = dict(zip(ids, reference.rotations, strict=True))
    spread = _compared_covariances(found, reference, onto)
    return ShapeTerms(float(np.mean(distances)), float(gap.mean()), *spread, turns, tuple(notes))


def _arrays(rows: Sequence[PointError]) -> tuple[list[str], Array, Array]:
    ids = list(dict.fromkeys(row.id for row in rows))
    labels = list(dict.fromkeys(row.label for row in rows))
    place = {name: i for i, name in enumerate(ids)}, {name: i for i, name in enumerate(labels)}
    predicted = np.full((len(ids), len(labels), 3), np.nan)
    truth = predicted.copy()
    for row in rows:
        where = place[0][row.id], place[1][row.label]
        predicted[where], truth[where] = row.predicted, row.truth
    return ids, predicted, truth


def _usable(predicted: Array, truth: Array) -> tuple[tuple[NDArray[np.intp], NDArray[np.bool_]], list[str]]:
    """Landmarks that half of the specimens have, and specimens that have enough of these."""
    both = np.isfinite(predicted[..., 0]) & np.isfinite(truth[..., 0])
    landmarks = both.mean(axis=0) >= 0.5
    specimens = np.flatnonzero(both[:, landmarks].sum(axis=1) >= _FEWEST_POINTS)
    notes = []
    if not landmarks.all():
        few = _number(int(np.count_nonzero(~landmarks)), "landmark")
        notes.append(f"Shape terms leave out {few} that fewer than half of the specimens have.")
    if len(specimens) < len(both):
        few = _number(len(both) - len(specimens), "specimen")
        notes.append(f"Shape terms leave out {few} with fewer than {_FEWEST_POINTS} landmarks.")
    return (specimens, np.asarray(landmarks)), notes


def _compared_covariances(found: GpaResult, reference: GpaResult, onto: Array) -> tuple[float, float]:
    """Correlation of the elements of both covariance matrices, and the ratio of their traces."""
    if len(found.aligned) < _FEWEST_FOR_COVARIANCE:
        return float("nan"), float("nan")
    predicted, true = (
        np.cov(shapes.reshape(len(shapes), -1), rowvar=False)
        for shapes in (apply(onto, found.completed), reference.completed)
    )
    if np.trace(true) <= _NO_VARIANCE or np.trace(predicted) <= _NO_VARIANCE:
        return float("nan"), float("nan")
    lower = np.tril_indices(len(true))
    correlation = np.corrcoef(np.stack([predicted[lower], true[lower]]))
    return float(np.asarray(correlation)[0, 1]), float(np.trace(predicted) / np.trace(true))


def _number(count: int, noun: str) -> str:
    return f"one {noun}" if count == 1 else f"{count} {noun}s"
