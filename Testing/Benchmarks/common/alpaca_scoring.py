"""Which strains ALPACA's method is tried on, and its errors there."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from common.families import STRAINS, eight, fold_of, related
from common.strain_scoring import SLIDING
from common.strains import known_strains
from common.table import show
from craniomark.ground.landmarks import LandmarkSet

ONE = "C57BL6_J"
WITH_EIGHT = ("NZB", "SWR", "CBA_J", "CAST_EIJ")
TRIALS = (*WITH_EIGHT, "LP", "FVB_NJ", "DBA_1J", "AKR_J", "BALB_CJ", "PWD")
"""Ten strains that are no kin of the one template; eight templates are tried on the first four."""
OURS = {"CranioMark, bundle alone": False, "CranioMark, eight atlases": True}
"""Ours, and whether it takes the eight templates as atlases."""
PEERS = {
    "CranioMark, bundle alone": "ALPACA, one template",
    "CranioMark, eight atlases": "ALPACA, eight templates",
}
"""What each of ours is compared with."""
Rows = Sequence[Mapping[str, str]]
Array = NDArray[np.float64]


@cache
def landmarks_of(strain: str) -> LandmarkSet:
    """True landmarks of a strain, LPS mm."""
    return known_strains()[strain].truth


def templates_of(strain: str) -> tuple[str, ...]:
    """Templates that are tried on a strain: the one, and where it is one of the four, eight."""
    assert not related(strain, ONE)
    if strain not in WITH_EIGHT:
        return (ONE,)
    return tuple(dict.fromkeys((ONE, *eight_of(strain))))


def eight_of(strain: str) -> tuple[str, ...]:
    """The eight templates of a strain's fold."""
    return eight(fold_of(strain), {name: landmarks_of(name).points for name in STRAINS})


def errors(rows: Rows) -> dict[str, dict[str, Array]]:
    """Errors, shape (L,) mm, by method and strain, of the strains whose rows are complete."""
    points = _points(rows)
    found: dict[str, dict[str, Array]] = {name: {} for name in (*PEERS.values(), *PEERS)}
    for strain in TRIALS:
        told = points.get(strain, {})
        if ONE in told:
            found["ALPACA, one template"][strain] = _error(strain, told[ONE])
        for method in OURS:
            if method in told:
                found[method][strain] = _error(strain, told[method])
        wanted = eight_of(strain)
        if strain in WITH_EIGHT and all(t in told for t in wanted):
            median = np.median([told[t] for t in wanted], axis=0)
            found["ALPACA, eight templates"][strain] = _error(strain, median)
    return found


def _points(rows: Rows) -> dict[str, dict[str, Array]]:
    """Points, shape (L, 3), in the order of the strain's labels, by strain and template."""
    told: dict[tuple[str, str], dict[str, list[float]]] = {}
    for row in rows:
        mine = told.setdefault((row["strain"], row["template"]), {})
        mine[row["label"]] = [float(row[axis]) for axis in "xyz"]
    found: dict[str, dict[str, Array]] = {}
    for (strain, template), mine in told.items():
        labels = landmarks_of(strain).labels
        found.setdefault(strain, {})[template] = np.array([mine[label] for label in labels])
    return found


def _error(strain: str, points: Array) -> Array:
    return np.asarray(np.linalg.norm(points - landmarks_of(strain).points, axis=1))


def seconds(rows: Rows) -> dict[str, dict[tuple[str, str], float]]:
    """Seconds of one core, by method, strain and template; ALPACA's for each template."""
    found: dict[str, dict[tuple[str, str], float]] = {name: {} for name in ("ALPACA", *OURS)}
    for row in rows:
        method = row["template"] if row["template"] in OURS else "ALPACA"
        found[method][row["strain"], row["template"]] = float(row["seconds"])
    return found


def table(rows: Rows) -> str:
    """Errors by method, with and without the landmarks that slide, and the time per template or specimen."""
    header = ["method", "strains", "mean mm", "median", "p95", "max", "without sliding", "s"]
    lines, took = [], seconds(rows)
    for method, each in errors(rows).items():
        if not each:
            continue
        every = np.concatenate(list(each.values()))
        steady = [e[[label not in SLIDING for label in landmarks_of(s).labels]] for s, e in each.items()]
        figures = every.mean(), np.median(every), np.percentile(every, 95), every.max()
        told = [*(f"{v:.3f}" for v in figures), f"{np.concatenate(steady).mean():.3f}"]
        spent = np.median(list(took[method if method in OURS else "ALPACA"].values()))
        lines.append([method, str(len(each)), *told, f"{spent:.0f}"])
    text = show(
        "On strains that the templates are no kin of; s: ALPACA's per template, ours per specimen",
        header,
        lines,
    )
    return text + "\n".join(_compared(rows)) + "\n"


def paired(rows: Rows, method: str) -> Array:
    """Mean error of ours less that of its peer, mm, for each strain on which both were tried."""
    found = errors(rows)
    mine, other = found[method], found[PEERS[method]]
    return np.array([mine[s].mean() - other[s].mean() for s in mine if s in other])


def _compared(rows: Rows) -> list[str]:
    lines = []
    for method, peer in PEERS.items():
        less = paired(rows, method)
        if len(less):
            lines.append(
                f"{method} less {peer}: {less.mean():+.3f} mm, better on {(less < 0).sum()} of {len(less)}"
            )
    return lines
