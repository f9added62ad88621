"""Digitisings of one specimen beside each other: overlay, differences, repeatability."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from craniomark.flows.review.content import REPEAT, REVIEW, Content
from craniomark.flows.review.opening import main_review, others
from craniomark.flows.review.places import same_observer
from craniomark.flows.review.point import landmarks_of
from craniomark.flows.review.session import Session
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet

if TYPE_CHECKING:
    from craniomark.flows.evaluation import PointError
    from craniomark.flows.evaluation import Session as Sitting

SAME, DIFFERENT = "same", "different"


@dataclass(frozen=True, eq=False)
class Digitising:
    """What one observer made of one specimen in one round.

    Attributes
    ----------
    id, kind, observer : str
        Specimen, kind of session and observer.
    round : int
        By this observer.
    complete : bool
        Whether a person decided on every point.
    landmarks : LandmarkSet
        LPS mm; of a blind digitising only what was placed.
    reviewed : frozenset of str
        Labels that a person decided on.
    seconds : float
        Time that it took, pauses left out.
    """

    id: str
    kind: str
    observer: str
    round: int
    complete: bool
    landmarks: LandmarkSet
    reviewed: frozenset[str]
    seconds: float

    @property
    def name(self) -> str:
        """Observer and round, in words."""
        return f"{self.observer or 'unnamed'}, round {self.round}"


@dataclass(frozen=True)
class Difference:
    """How far two digitisings are apart at one landmark.

    Attributes
    ----------
    label : str
        Landmark.
    distance_mm : float or None
        None where one of the two, or both, lack the point.
    note : str
        Which side lacks it, in words; empty where none does.
    """

    label: str
    distance_mm: float | None
    note: str = ""


@dataclass(frozen=True)
class Repeatability:
    """Scatter of repeated digitisings at one landmark.

    Attributes
    ----------
    label : str
        Landmark.
    observers : str
        ``"same"``: pairs by one observer; ``"different"``: by two.
    pairs, specimens : int
        Pairs of placements, and specimens that they come from.
    mean_mm, max_mm : float
        Of the distance between the two placements, mm.
    sd_mm : float or None
        Standard deviation of these distances, with n - 1; None for one pair.
    """

    label: str
    observers: str
    pairs: int
    specimens: int
    mean_mm: float
    sd_mm: float | None
    max_mm: float


def digitisings(folder: Path, id_: str) -> tuple[Digitising, ...]:
    """All digitisings of a specimen that are on the disk: its review first."""
    main = main_review(folder, id_)
    rest = [content for _, content in others(folder, id_)]
    return tuple(digitising_of(content) for content in ([main] if main else []) + rest)


def others_of(session: Session) -> tuple[Digitising, ...]:
    """Other digitisings of the session's specimen, to be shown over its own points.

    None while the session is a blind digitising that is not complete.
    """
    if session.kind == REPEAT and not session.progress.complete:
        return ()
    found = digitisings(session.folder, session.id)

    def is_own(one: Digitising) -> bool:
        same = same_observer(one.observer, session.observer) or session.kind == REVIEW
        return same and (one.kind, one.round) == (session.kind, session.round)

    return tuple(one for one in found if not is_own(one))


def digitising_of(content: Content) -> Digitising:
    """The digitising that a session file holds."""
    reviewed = frozenset(label for label, point in content.points.items() if point.reviewed)
    shown = landmarks_of(content.points)
    if content.kind == REPEAT:
        shown = _only(shown, reviewed)
    complete = len(reviewed) == len(content.points)
    return Digitising(content.id, content.kind, content.observer, content.round, complete, shown, reviewed,
                      content.seconds)  # fmt: skip


def differences(a: LandmarkSet, b: LandmarkSet) -> tuple[Difference, ...]:
    """Distances between two digitisings of one specimen, paired by label, in the order of the first.

    Parameters
    ----------
    a, b : LandmarkSet
        LPS mm, in one frame.
    """
    rows = {row.label: row for row in _paired(a, b)}
    told = {"not predicted": "missing in the first", "no truth": "missing in the second"}
    found = []
    for label in dict.fromkeys((*a.labels, *b.labels)):
        row = rows.get(label)
        if row is None:
            found.append(Difference(label, None, "missing in both"))
        else:
            found.append(Difference(label, None if row.note else row.error_mm, told.get(row.note, "")))
    return tuple(found)


def repeatability(found: Sequence[Digitising], blind: bool = True) -> tuple[Repeatability, ...]:
    """For each landmark, how far repeated digitisings of the same specimens are apart.

    Points that no person decided on take no part.

    Parameters
    ----------
    found : sequence of Digitising
        Of one specimen or many.
    blind : bool
        Take only pairs of which at least one is blind. Two reviews that accept the same prediction
        repeat it perfectly, and tell nothing of how well people do.

    Returns
    -------
    tuple of Repeatability
        By landmark, in the order in which they are first seen; pairs by one observer before those by two.
    """
    distances: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for a, b in combinations(found, 2):
        if a.id != b.id or (blind and REPEAT not in (a.kind, b.kind)):
            continue
        for row in _paired(_only(a.landmarks, a.reviewed), _only(b.landmarks, b.reviewed)):
            if not row.note:
                names = [_observer(one, row.label) for one in (a, b)]
                kind = SAME if same_observer(*names) else DIFFERENT
                distances.setdefault((row.label, kind), []).append((a.id, row.error_mm))
    labels = dict.fromkeys(label for one in found for label in one.landmarks.labels)
    ordered = ((label, kind) for label in labels for kind in (SAME, DIFFERENT))
    return tuple(_row(*key, distances[key]) for key in ordered if key in distances)


def sittings(found: Sequence[Digitising]) -> "list[Sitting]":
    """The same digitisings as `craniomark.flows.evaluation.observers_of` takes them: by observer and round.

    It gives the technical error of measurement, its interval and the analysis of variance.
    """
    from craniomark.flows.evaluation import Session as Sitting

    cohorts: dict[tuple[str, int], dict[str, LandmarkSet]] = {}
    for one in found:
        cohorts.setdefault((one.observer, one.round), {})[one.id] = _only(one.landmarks, one.reviewed)
    return [Sitting(f"{name or 'unnamed'}-{round_}", name, cohort)
            for (name, round_), cohort in cohorts.items()]  # fmt: skip


def _row(label: str, kind: str, pairs: Sequence[tuple[str, float]]) -> Repeatability:
    values = np.array([distance for _, distance in pairs])
    sd = float(values.std(ddof=1)) if len(values) > 1 else None
    specimens = len({id_ for id_, _ in pairs})
    return Repeatability(label, kind, len(values), specimens, float(values.mean()), sd, float(values.max()))


def _observer(one: Digitising, label: str) -> str:
    return one.landmarks.annotation(label).observer or one.observer


def _paired(a: LandmarkSet, b: LandmarkSet) -> "Sequence[PointError]":
    from craniomark.flows.evaluation import paired_errors

    try:
        return paired_errors({"": a}, {"": b})
    except InputError:  # not one point in common
        lone = [(one, label) for one in (a, b) for label in np.array(one.labels)[one.present].tolist()]
        return tuple(_lone(label, one is a) for one, label in lone)


def _lone(label: str, first: bool) -> "PointError":
    from craniomark.flows.evaluation import PointError
    from craniomark.flows.evaluation.errors import NO_TRUTH, NOT_PREDICTED

    nowhere = (float("nan"),) * 3
    return PointError("", label, nowhere, nowhere, note=NO_TRUTH if first else NOT_PREDICTED)


def _only(landmarks: LandmarkSet, labels: frozenset[str]) -> LandmarkSet:
    points = landmarks.points.copy()
    points[[label not in labels for label in landmarks.labels]] = np.nan
    return LandmarkSet(landmarks.labels, points, landmarks.annotations, landmarks.notes)
