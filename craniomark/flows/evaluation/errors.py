"""Predicted and true points, paired by specimen and label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet

NOT_PREDICTED = "not predicted"
NO_TRUTH = "no truth"
_SHOWN = 3


@dataclass(frozen=True)
class PointError:
    """One landmark of one specimen, predicted against true.

    Attributes
    ----------
    id, label : str
        Specimen and landmark.
    predicted, truth : tuple of float
        LPS mm; NaN where missing.
    error90_mm : float
        The error that was stated for the prediction; NaN where none was.
    flag, status : str
        Of the prediction.
    note : str
        ``"not predicted"`` or ``"no truth"`` where one side is missing, else empty.
    """

    id: str
    label: str
    predicted: tuple[float, float, float]
    truth: tuple[float, float, float]
    error90_mm: float = float("nan")
    flag: str = ""
    status: str = ""
    note: str = ""

    @property
    def offset(self) -> NDArray[np.float64]:
        """Predicted less true, LPS mm, shape (3,)."""
        return np.subtract(self.predicted, self.truth)

    @property
    def error_mm(self) -> float:
        """Distance between predicted and true point, mm; NaN where one is missing."""
        return float(np.linalg.norm(self.offset))


@dataclass(frozen=True)
class Unpaired:
    """What had no counterpart and so took no part in any figure.

    Attributes
    ----------
    specimens_only_predicted, specimens_only_truth : tuple of str
        Ids that one side alone holds.
    labels_only_predicted, labels_only_truth : tuple of str
        Labels that one side alone holds in all paired specimens.
    points_not_predicted, points_without_truth : tuple of (str, str)
        Id and label of single points that are missing on one side.
    """

    specimens_only_predicted: tuple[str, ...] = ()
    specimens_only_truth: tuple[str, ...] = ()
    labels_only_predicted: tuple[str, ...] = ()
    labels_only_truth: tuple[str, ...] = ()
    points_not_predicted: tuple[tuple[str, str], ...] = field(default=())
    points_without_truth: tuple[tuple[str, str], ...] = field(default=())

    def sentences(self) -> list[str]:
        """What is unpaired, in sentences for the user; empty if all is paired."""
        told: list[tuple[Sequence[str | tuple[str, str]], str, str, str]] = [
            (self.specimens_only_predicted, "specimen", "is predicted but has no truth",
             "are predicted but have no truth"),
            (self.specimens_only_truth, "specimen", "has a truth but was not predicted",
             "have a truth but were not predicted"),
            (self.labels_only_predicted, "landmark", "is predicted but never in the truth",
             "are predicted but never in the truth"),
            (self.labels_only_truth, "landmark", "is in the truth but never predicted",
             "are in the truth but never predicted"),
            (self.points_not_predicted, "point", "is in the truth but not predicted",
             "are in the truth but not predicted"),
            (self.points_without_truth, "point", "is predicted but not in the truth",
             "are predicted but not in the truth"),
        ]  # fmt: skip
        return [_sentence(names, noun, one, many) for names, noun, one, many in told if names]


def paired_errors(
    predicted: Mapping[str, LandmarkSet], truth: Mapping[str, LandmarkSet]
) -> tuple[PointError, ...]:
    """Every landmark that either side has in the specimens that both have.

    Parameters
    ----------
    predicted, truth : mapping of str to LandmarkSet
        By specimen id, LPS mm; both sides of a specimen in the same frame.

    Returns
    -------
    tuple of PointError
        Points missing on one side are here too, with a note and an error of NaN; points missing on
        both are not.

    Raises
    ------
    InputError
        If not one point has both sides.
    """
    rows = [row for id_ in truth if id_ in predicted for row in _of_specimen(id_, predicted[id_], truth[id_])]
    if not any(not row.note for row in rows):
        remedy = _advice(predicted, truth, bool(rows))
        raise InputError("predicted and truth", "pairs of points", "none", remedy)
    return tuple(rows)


def find_unpaired(
    predicted: Mapping[str, LandmarkSet], truth: Mapping[str, LandmarkSet], rows: Sequence[PointError]
) -> Unpaired:
    """Name what `paired_errors` could not pair; `rows` is its answer."""
    paired = {row.label for row in rows if not row.note}

    def never(note: str) -> tuple[str, ...]:
        labels = (row.label for row in rows if row.note == note)
        return tuple(dict.fromkeys(label for label in labels if label not in paired))

    def lone(note: str) -> tuple[tuple[str, str], ...]:
        return tuple((row.id, row.label) for row in rows if row.note == note and row.label in paired)

    return Unpaired(
        tuple(id_ for id_ in predicted if id_ not in truth),
        tuple(id_ for id_ in truth if id_ not in predicted),
        never(NO_TRUTH),
        never(NOT_PREDICTED),
        lone(NOT_PREDICTED),
        lone(NO_TRUTH),
    )


def _of_specimen(id_: str, predicted: LandmarkSet, truth: LandmarkSet) -> list[PointError]:
    labels = tuple(dict.fromkeys((*truth.labels, *predicted.labels)))
    points = predicted.ordered(labels).points, truth.ordered(labels).points
    rows = []
    for label, p, t in zip(labels, *points, strict=True):
        has_p, has_t = bool(np.isfinite(p).all()), bool(np.isfinite(t).all())
        if not (has_p or has_t):
            continue
        note = "" if has_p and has_t else NOT_PREDICTED if has_t else NO_TRUTH
        known = predicted.annotation(label)
        px, tx = (float(p[0]), float(p[1]), float(p[2])), (float(t[0]), float(t[1]), float(t[2]))
        rows.append(PointError(id_, label, px, tx, known.error90_mm, known.flag, known.status, note))
    return rows


def _advice(predicted: Mapping[str, LandmarkSet], truth: Mapping[str, LandmarkSet], same_ids: bool) -> str:
    if same_ids:
        p = next(predicted[id_] for id_ in truth if id_ in predicted)
        t = next(truth[id_] for id_ in truth if id_ in predicted)
        return f"make the labels agree (predicted {_few(p.labels)}; truth {_few(t.labels)})"
    return f"make the specimen ids agree (predicted {_few(predicted)}; truth {_few(truth)})"


def _few(names: Mapping[str, LandmarkSet] | Sequence[str]) -> str:
    names = list(names)
    return ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "") if names else "none"


def _sentence(names: Sequence[str | tuple[str, str]], noun: str, one: str, many: str) -> str:
    words = [name if isinstance(name, str) else f"{name[1]} of {name[0]}" for name in names]
    shown = ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
    if len(words) == 1:
        return f"One {noun} {one}: {shown}."
    return f"{len(words)} {noun}s {many}: {shown}."
