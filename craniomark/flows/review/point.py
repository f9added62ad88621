"""One landmark under review, and landmark sets turned into such points and back."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from craniomark.ground.landmarks import Annotation, LandmarkSet

Place = tuple[float, float, float]
_NOWHERE: Place = (math.nan, math.nan, math.nan)
_BY_A_PERSON = ("corrected", "accepted")


@dataclass(frozen=True)
class Point:
    """A landmark's place and what is known of it; unknown things are None, so that equals are equal.

    Attributes
    ----------
    position : tuple of float or None
        LPS mm; None where the landmark is missing or was not placed yet.
    status : str
        As in ``ID.csv``, or empty where nobody said anything.
    flag : str
        ``"review"``, ``"ok"`` or empty.
    error90_mm : float or None
        The error, mm, that 90 % of such points stay under.
    predicted : tuple of float or None
        LPS mm, as first predicted.
    observer, time : str
        Who decided on it last, and when (ISO 8601); the time tells that somebody did.
    note : str
        Free text.
    """

    position: Place | None = None
    status: str = ""
    flag: str = ""
    error90_mm: float | None = None
    predicted: Place | None = None
    observer: str = ""
    time: str = ""
    note: str = ""

    @property
    def reviewed(self) -> bool:
        """Whether a person placed or accepted it, or said that it is missing."""
        return self.status in _BY_A_PERSON or (self.status == "missing" and bool(self.time))

    def as_json(self) -> dict[str, Any]:
        """What is known, as plain values for JSON."""
        return {key: value for key, value in vars(self).items() if value not in (None, "")}

    def distance(self, place: Place) -> float:
        """Millimetres from here to `place`; NaN where the point is nowhere."""
        return math.dist(self.position, place) if self.position else math.nan


def points_of(landmarks: LandmarkSet) -> dict[str, Point]:
    """The points of a landmark set, by label in its order."""
    rows = zip(landmarks.labels, landmarks.points, strict=True)
    return {label: _point(row.tolist(), landmarks.annotation(label)) for label, row in rows}


def _point(row: list[float], known: Annotation) -> Point:
    position = _place(row)
    status = known.status if position is None or known.status != "missing" else ""
    return Point(
        position,
        status if position else "missing",
        known.flag if position else "",
        known.error90_mm if math.isfinite(known.error90_mm) else None,
        _place(known.predicted),
        known.observer,
        known.time,
        known.description,
    )


def _place(row: list[float] | tuple[float, float, float]) -> Place | None:
    x, y, z = (float(value) for value in row)
    return (x, y, z) if math.isfinite(x + y + z) else None


def landmarks_of(points: Mapping[str, Point]) -> LandmarkSet:
    """Points as a landmark set, LPS mm; those that are nowhere are missing."""
    rows = np.array([point.position or _NOWHERE for point in points.values()]).reshape(-1, 3)
    return LandmarkSet(tuple(points), rows, {label: _annotation(point) for label, point in points.items()})


def _annotation(point: Point) -> Annotation:
    here = point.position is not None
    return Annotation(
        math.nan if point.error90_mm is None else point.error90_mm,
        point.flag if here else "",
        point.status if here else "missing",
        point.predicted or _NOWHERE,
        point.observer,
        point.time,
        point.note,
    )
