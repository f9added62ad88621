"""Scatter of people: repeated digitisations by one observer and by several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from craniomark.flows.evaluation.bootstrap import Difference, paired_difference
from craniomark.flows.evaluation.errors import PointError, paired_errors
from craniomark.flows.evaluation.plain import DRAWN_ONLY, NotEnough
from craniomark.flows.evaluation.resampling import Interval, Redrawn, Resampling
from craniomark.flows.evaluation.samples import sample_of
from craniomark.flows.evaluation.shape_statistics import Anova, anova_of
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet

Cohort = Mapping[str, LandmarkSet]

INTRA, INTER, UNNAMED = "intra", "inter", "unnamed"
_SECTION = 7


@dataclass(frozen=True, eq=False)
class Session:
    """One digitising of the specimens.

    Attributes
    ----------
    name : str
        Of the session, such as its folder.
    observer : str
        Who placed the points that name no observer themselves; may be empty.
    landmarks : mapping of str to LandmarkSet
        By specimen id, LPS mm, in the frame of the truth.
    """

    name: str
    observer: str
    landmarks: Cohort


@dataclass(frozen=True, eq=False)
class Agreement:
    """Two placements of the same points.

    Attributes
    ----------
    n_specimens, n_points : int
        Specimens, and pairs of placements.
    mean_mm, median_mm, p95_mm : float
        Of the distance between the two placements, mm.
    mean_interval : tuple of float
        Bootstrap interval over specimens.
    tem_mm : float
        Technical error of measurement, mm: root of the summed squared distances by twice their
        number (Dahlberg 1940), in three dimensions.
    tem_interval : tuple of float
        Bootstrap interval over specimens.
    tem_by_landmark : mapping of str to float
        The same by label, mm.
    """

    n_specimens: int
    n_points: int
    mean_mm: float
    mean_interval: Interval
    median_mm: float
    p95_mm: float
    tem_mm: float
    tem_interval: Interval
    tem_by_landmark: Mapping[str, float]
    distances: tuple[float, ...] = field(repr=False, metadata=DRAWN_ONLY)


@dataclass(frozen=True, eq=False)
class Observers:
    """What repeated digitisations tell.

    Attributes
    ----------
    sessions : tuple of str
        The truth first.
    intra, inter, unnamed : Agreement or None
        Of the same observer, of two observers, and where one of the two has no name.
    method_minus_repeat : Difference or None
        Error of the method less distance of a repeat, both to the truth and on the same points;
        below zero where the method is closer to the truth than people are to one another.
    anova : Anova or None
        Individuals, sessions (as method) and residual.
    """

    sessions: tuple[str, ...]
    intra: Agreement | None
    inter: Agreement | None
    unnamed: Agreement | None
    method_minus_repeat: Difference | None
    anova: Anova | None


def observers_of(
    pairs: Sequence[PointError], truth: Session, repeats: Sequence[Session], how: Resampling
) -> tuple[Observers, list[str]]:
    """Intra- and inter-observer error of the true landmarks.

    Parameters
    ----------
    pairs : sequence of PointError
        Predicted against true, with both sides.
    truth : Session
        The digitising that predictions are compared with.
    repeats : sequence of Session
        Further ones of the same scans.
    how : Resampling
        Draws, seed and level.

    Returns
    -------
    observers : Observers
    notes : list of str
        What can't be given, in sentences.

    Raises
    ------
    InputError
        If a repeat shares no point with the truth.
    """
    for repeat in repeats:
        _check_shared(truth, repeat)
    distances: dict[str, list[PointError]] = {INTRA: [], INTER: [], UNNAMED: []}
    for a, b in combinations((truth, *repeats), 2):
        for kind, row in _placements(a, b):
            distances[kind].append(row)
    agreements = {kind: _agreement(rows, how, i) for i, (kind, rows) in enumerate(distances.items())}
    notes = []
    if distances[UNNAMED]:
        notes.append("Some digitisations name no observer: whether they are by the same one is not known.")
    anova = None
    try:
        sample = sample_of([truth.landmarks, *(repeat.landmarks for repeat in repeats)])
        anova = anova_of(sample, None, how, _SECTION)
    except NotEnough as reason:
        notes.append(f"Analysis of variance of the digitisations can't be given: {reason}")
    difference = None
    try:
        difference = _method_minus_repeat(pairs, truth, repeats, how)
    except InputError:
        notes.append("Method and observers can't be compared: they share fewer than two specimens.")
    names = tuple(one.name for one in (truth, *repeats))
    told = Observers(names, agreements[INTRA], agreements[INTER], agreements[UNNAMED], difference, anova)
    return told, notes


def _check_shared(truth: Session, repeat: Session) -> None:
    try:
        paired_errors(repeat.landmarks, truth.landmarks)
    except InputError as error:
        raise InputError(repeat.name, "points that the truth has too", "none", error.remedy) from error


def _placements(a: Session, b: Session) -> list[tuple[str, PointError]]:
    found = []
    try:
        rows = paired_errors(a.landmarks, b.landmarks)
    except InputError:  # two repeats of different specimens
        return []
    for row in rows:
        if not row.note:
            names = (_observer(a, row), _observer(b, row))
            same = INTRA if names[0] == names[1] else INTER
            found.append((same if all(names) else UNNAMED, row))
    return found


def _observer(session: Session, row: PointError) -> str:
    return session.landmarks[row.id].annotation(row.label).observer or session.observer


def _agreement(rows: Sequence[PointError], how: Resampling, index: int) -> Agreement | None:
    if not rows:
        return None
    distances = np.array([row.error_mm for row in rows])
    drawn = Redrawn([row.id for row in rows], how, how.rng(_SECTION, 1, index))
    by_label: dict[str, list[float]] = {}
    for row in rows:
        by_label.setdefault(row.label, []).append(row.error_mm)
    return Agreement(
        len({row.id for row in rows}),
        len(rows),
        float(distances.mean()),
        drawn.of_mean(distances),
        float(np.median(distances)),
        float(np.percentile(distances, 95)),
        _tem(distances),
        drawn.of_root_mean(distances**2 / 2),
        {label: _tem(np.array(values)) for label, values in by_label.items()},
        tuple(distances.tolist()),
    )


def _tem(distances: np.ndarray) -> float:
    return float(np.sqrt(np.mean(distances**2) / 2))


def _method_minus_repeat(
    pairs: Sequence[PointError], truth: Session, repeats: Sequence[Session], how: Resampling
) -> Difference:
    method: list[PointError] = []
    people: list[PointError] = []
    for number, repeat in enumerate(repeats):
        for rows, out in ((pairs, method), (paired_errors(repeat.landmarks, truth.landmarks), people)):
            out += [
                PointError(row.id, f"{number}/{row.label}", row.predicted, row.truth)
                for row in rows
                if not row.note
            ]
    return paired_difference(method, people, how.rng(_SECTION, 2), how.draws, how.level)
