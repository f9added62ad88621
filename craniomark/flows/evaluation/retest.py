"""Does a method give the same answer for the same skull in another pose?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.evaluation.plain import NotEnough
from craniomark.flows.evaluation.resampling import Interval, Redrawn, Resampling
from craniomark.flows.evaluation.samples import FEWEST_LANDMARKS, sample_of
from craniomark.flows.evaluation.shape_statistics import Anova, anova_of
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import centroid_size, generalised_procrustes
from craniomark.ground.landmarks import LandmarkSet

Array = NDArray[np.float64]
Cohort = Mapping[str, LandmarkSet]
Frame = Literal["any", "same"]

_SECTION = 8
_APART = 0.25


@dataclass(frozen=True, eq=False)
class Retest:
    """Scatter of repeated predictions of the same specimens.

    Attributes
    ----------
    frame : str
        ``"same"``: points were compared as they are; ``"any"``: after a rigid fit of the runs, so
        that an error of the pose as a whole does not show.
    n_specimens, n_runs : int
        Specimens with at least two runs, and the most runs of one.
    mean_mm : float
        Distance of a point from its mean over the runs, mm.
    mean_interval : tuple of float
        Bootstrap interval over specimens.
    within_sd_mm : float
        Standard deviation of a point within its specimen, in three dimensions, mm.
    within_sd_interval : tuple of float
        Bootstrap interval over specimens.
    p95_between_mm : float
        Distance between two runs that 95 % of points stay under, mm.
    within_sd_by_landmark : mapping of str to float
        By label, mm.
    anova : Anova or None
        Individuals, runs (as method) and residual.
    """

    frame: str
    n_specimens: int
    n_runs: int
    mean_mm: float
    mean_interval: Interval
    within_sd_mm: float
    within_sd_interval: Interval
    p95_between_mm: float
    within_sd_by_landmark: Mapping[str, float]
    anova: Anova | None


def retest_of(runs: Sequence[Cohort], frame: Frame, how: Resampling) -> tuple[Retest, list[str]]:
    """Repeatability of predictions over runs, such as scans in other poses.

    Parameters
    ----------
    runs : sequence of mapping of str to LandmarkSet
        At least two, by specimen id, LPS mm.
    frame : {"any", "same"}
        Whether the points of all runs lie in one frame already.
    how : Resampling
        Draws, seed and level.

    Returns
    -------
    retest : Retest
    notes : list of str
        What can't be given, in sentences.

    Raises
    ------
    InputError
        If no specimen has two runs, or points that should lie in one frame do not.
    """
    labels = list(dict.fromkeys(label for run in runs for one in run.values() for label in one.labels))
    ids = [
        id_ for id_ in dict.fromkeys(i for run in runs for i in run) if sum(id_ in run for run in runs) > 1
    ]
    if not ids:
        raise InputError("--retest", "specimens in common", "none", "give runs of the same specimen ids")
    stacks = {id_: _stack(id_, runs, labels, frame) for id_ in ids}
    if all(stack is None for stack in stacks.values()):
        remedy = f"give runs that share {FEWEST_LANDMARKS} landmarks"
        raise InputError("--retest", "landmarks in common", "too few", remedy)
    owner, label, squares, means, freedom = _scatter(stacks, labels)
    drawn = Redrawn(owner, how, how.rng(_SECTION))
    by_label = {name: _root(squares[label == name], freedom[label == name]) for name in labels}
    anova, notes = None, []
    try:
        anova = anova_of(sample_of(runs), None, how, _SECTION)
    except NotEnough as reason:
        notes.append(f"Analysis of variance of the runs can't be given: {reason}")
    # Every point weighs as much as it has degrees of freedom; runs are mostly as many for all.
    weighed = squares / freedom
    told = Retest(
        frame,
        len(set(owner)),
        max(len(stack) for stack in stacks.values() if stack is not None),
        float(means.mean()),
        drawn.of_mean(means),
        _root(squares, freedom),
        drawn.of_root_mean(weighed),
        float(np.percentile(_between(stacks), 95)),
        {name: value for name, value in by_label.items() if np.isfinite(value)},
        anova,
    )
    return told, notes


def _stack(id_: str, runs: Sequence[Cohort], labels: Sequence[str], frame: Frame) -> Array | None:
    """Points of one specimen in all its runs, shape (R, N, 3), in one frame; None if too few are shared."""
    points = np.array([run[id_].ordered(labels).points for run in runs if id_ in run])
    if frame == "same":
        _check_one_frame(id_, points)
        return points
    shared = np.isfinite(points).all(axis=(0, 2))
    if shared.sum() < FEWEST_LANDMARKS:
        return None
    here = np.isfinite(points).all(axis=2).any(axis=0)
    fitted = np.full_like(points, np.nan)
    fitted[:, here] = generalised_procrustes(points[:, here], scale=False).aligned
    return fitted


def _check_one_frame(id_: str, points: Array) -> None:
    gaps = np.linalg.norm(points[1:] - points[0], axis=2)
    here = np.isfinite(points[0]).all(axis=1)
    if not np.isfinite(gaps).any() or here.sum() < 2:
        return
    radius = centroid_size(points[0]) / np.sqrt(here.sum())
    apart = float(np.nanmax(np.nanmedian(gaps, axis=1)))
    if apart > _APART * radius:
        remedy = "carry the points back to one frame, or let them be fitted (--retest-frame any)"
        raise InputError("--retest", f"distance between the runs of {id_}", f"{apart:.1f} mm", remedy)


def _scatter(
    stacks: Mapping[str, Array | None], labels: Sequence[str]
) -> tuple[list[str], NDArray[np.str_], Array, Array, Array]:
    """For each point with two runs or more: specimen, label, squares, mean distance, freedom."""
    owner: list[str] = []
    names, squares, means, freedom = [], [], [], []
    for id_, stack in stacks.items():
        if stack is None:
            continue
        count = np.isfinite(stack[..., 0]).sum(axis=0)
        for j in np.flatnonzero(count > 1):
            own = stack[np.isfinite(stack[:, j, 0]), j]
            distance = np.linalg.norm(own - own.mean(axis=0), axis=1)
            owner.append(id_)
            names.append(labels[int(j)])
            squares.append(float(np.sum(distance**2)))
            means.append(float(distance.mean()))
            freedom.append(float(len(own) - 1))
    if not owner:
        raise InputError("--retest", "points in common", "none", "give runs with the same landmarks")
    return owner, np.array(names), np.array(squares), np.array(means), np.array(freedom)


def _root(squares: Array, freedom: Array) -> float:
    return float(np.sqrt(squares.sum() / freedom.sum())) if len(squares) else float("nan")


def _between(stacks: Mapping[str, Array | None]) -> Array:
    gaps = [
        np.linalg.norm(a - b, axis=1)
        for stack in stacks.values()
        if stack is not None
        for a, b in combinations(stack, 2)
    ]
    together = np.concatenate(gaps)
    return together[np.isfinite(together)]
