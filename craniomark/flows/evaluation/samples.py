"""Paired errors as arrays of shapes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.evaluation.errors import PointError
from craniomark.flows.evaluation.plain import NotEnough
from craniomark.ground.geometry import complete_block
from craniomark.ground.landmarks import LandmarkSet

Array = NDArray[np.float64]

FEWEST_LANDMARKS, FEWEST_SPECIMENS = 4, 2


@dataclass(frozen=True, eq=False)
class Sample:
    """Shapes without gaps, landmarked in several ways.

    Attributes
    ----------
    ids, labels : tuple of str
        Specimens and landmarks.
    shapes : ndarray, shape (S, M, N, 3)
        LPS mm; M is the number of methods, sessions or runs.
    notes : tuple of str
        What was left out, in sentences.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    shapes: Array
    notes: tuple[str, ...] = ()


def arrays_of(rows: Sequence[PointError]) -> tuple[list[str], list[str], Array, Array]:
    """Ids, labels, and predicted and true points of shape (S, N, 3); NaN where a row is missing."""
    ids = list(dict.fromkeys(row.id for row in rows))
    labels = list(dict.fromkeys(row.label for row in rows))
    place = {name: i for i, name in enumerate(ids)}, {name: i for i, name in enumerate(labels)}
    predicted = np.full((len(ids), len(labels), 3), np.nan)
    truth = predicted.copy()
    for row in rows:
        where = place[0][row.id], place[1][row.label]
        predicted[where], truth[where] = row.predicted, row.truth
    return ids, labels, predicted, truth


def paired_sample(rows: Sequence[PointError]) -> Sample:
    """Predicted (first) and true (second) shapes of the largest part of the rows without gaps.

    Raises
    ------
    NotEnough
        If fewer than two specimens or four landmarks are left.
    """
    ids, labels, predicted, truth = arrays_of(rows)
    return _complete(ids, labels, np.stack([predicted, truth], axis=1))


def sample_of(cohorts: Sequence[Mapping[str, LandmarkSet]]) -> Sample:
    """The same specimens in several cohorts, paired by id and label.

    Raises
    ------
    NotEnough
        If fewer than two specimens or four landmarks are left.
    """
    ids = [id_ for id_ in cohorts[0] if all(id_ in cohort for cohort in cohorts)]
    labels = list(dict.fromkeys(label for c in cohorts for id_ in ids for label in c[id_].labels))
    shapes = [[cohort[id_].ordered(labels).points for cohort in cohorts] for id_ in ids]
    return _complete(ids, labels, np.array(shapes).reshape(len(ids), len(cohorts), len(labels), 3))


def _complete(ids: Sequence[str], labels: Sequence[str], shapes: Array) -> Sample:
    specimens, landmarks = complete_block(np.isfinite(shapes).all(axis=(1, 3)))
    if len(specimens) < FEWEST_SPECIMENS or len(landmarks) < FEWEST_LANDMARKS:
        told = f"{len(specimens)} specimens and {len(landmarks)} landmarks are complete"
        raise NotEnough(f"{FEWEST_SPECIMENS} specimens with {FEWEST_LANDMARKS} landmarks are needed; {told}.")
    notes = []
    for kept, names, noun in ((specimens, ids, "specimen"), (landmarks, labels, "landmark")):
        gone = [name for i, name in enumerate(names) if i not in set(kept.tolist())]
        if gone:
            shown = ", ".join(gone[:5]) + (f" and {len(gone) - 5} more" if len(gone) > 5 else "")
            many = noun if len(gone) == 1 else f"{noun}s"
            notes.append(f"Statistics of shape leave out the {many} {shown}, where points are missing.")
    return Sample(
        tuple(ids[i] for i in specimens),
        tuple(labels[i] for i in landmarks),
        shapes[np.ix_(specimens, np.arange(shapes.shape[1]), landmarks)],
        tuple(notes),
    )
