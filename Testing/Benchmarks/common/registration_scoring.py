"""Target registration errors of the committed rows: by method, as scans lie and turned."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.registration_pairs import GIVEN, Trial
from common.table import show

Row = Mapping[str, str]
ORACLES = ("oracle rigid", "oracle affine")


@dataclass(frozen=True, eq=False)
class Errors:
    """Errors of one method.

    Attributes
    ----------
    given, turned : ndarray, shape (T,)
        Mean distance of the carried landmarks from the truth, mm, of each trial.
    seconds : ndarray
        Of each trial.
    folding : ndarray
        Percentage of places turned inside out, of each trial.
    verdicts : tuple of str
        Of each trial.
    """

    given: NDArray[np.float64]
    turned: NDArray[np.float64]
    seconds: NDArray[np.float64]
    folding: NDArray[np.float64]
    verdicts: tuple[str, ...]


def points_text(points: NDArray[np.float64]) -> str:
    """Points as one cell of a table, to a micrometre."""
    return ";".join(" ".join(f"{v:.3f}" for v in point) for point in points)


def points_of(text: str) -> NDArray[np.float64]:
    """The points of such a cell, shape (L, 3)."""
    return np.array([[float(v) for v in point.split()] for point in text.split(";")])


def errors_by_method(rows: Iterable[Row], trials: Iterable[Trial]) -> dict[str, Errors]:
    """Errors of every method that has rows, against the truth."""
    known = {trial.key: trial for trial in trials}
    found: dict[str, list[tuple[str, float, Row]]] = defaultdict(list)
    for row in rows:
        trial = known[row["fixed"], row["moving"], row["start"]]
        away = np.linalg.norm(points_of(row["points"]) - trial.truth(), axis=1)
        found[row["method"]].append((trial.start, float(np.nanmean(away)), row))
    return {name: _errors(told) for name, told in found.items()}


def registration_report(rows: Iterable[Row], trials: Iterable[Trial]) -> str:
    """A table of all methods."""
    errors = errors_by_method(rows, trials)
    header = ["method", "pairs", "given", "worst", "turned", "pairs", "worst", "seconds", "folding %"]
    lines = [
        [
            name, str(len(e.given)), *_mean_and_worst(e.given), _mean_and_worst(e.turned)[0],
            str(len(e.turned)), _mean_and_worst(e.turned)[1], f"{np.median(e.seconds):.1f}",
            f"{e.folding.max():.3g}",
        ]
        for name, e in errors.items()
    ]  # fmt: skip
    return show("Landmarks carried between unseen CTs, mm", header, lines)


def _errors(told: list[tuple[str, float, Row]]) -> Errors:
    return Errors(
        np.array([error for start, error, _ in told if start == GIVEN]),
        np.array([error for start, error, _ in told if start != GIVEN]),
        np.array([float(row["seconds"] or 0) for *_, row in told]),
        np.array([float(row["folding"] or 0) for *_, row in told]),
        tuple(row["verdict"] for *_, row in told),
    )


def _mean_and_worst(errors: NDArray[np.float64]) -> list[str]:
    return [f"{errors.mean():.3f}", f"{errors.max():.3f}"] if len(errors) else ["", ""]
