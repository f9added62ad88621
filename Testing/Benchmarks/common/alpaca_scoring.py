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
    shapes = {name: landmarks_of(name).points for name in STRAINS}
    return tuple(dict.fromkeys((ONE, *eight(fold_of(strain), shapes))))


def errors(rows: Rows) -> dict[str, dict[str, Array]]:
    """Errors, shape (L,) mm, by method and strain, of the strains whose rows are complete."""
    points = _points(rows)
    found: dict[str, dict[str, Array]] = {"one template": {}, "eight templates": {}}
    for strain in TRIALS:
        told = points.get(strain, {})
        if ONE in told:
            found["one template"][strain] = _error(strain, told[ONE])
        wanted = [t for t in templates_of(strain) if t != ONE or ONE in _eight(strain)]
        if strain in WITH_EIGHT and all(t in told for t in wanted):
            median = np.median([told[t] for t in wanted], axis=0)
            found["eight templates"][strain] = _error(strain, median)
    return found


def _eight(strain: str) -> tuple[str, ...]:
    return eight(fold_of(strain), {name: landmarks_of(name).points for name in STRAINS})


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


def seconds(rows: Rows) -> float:
    """Median seconds of one core per template."""
    each = {(row["strain"], row["template"]): float(row["seconds"]) for row in rows}
    return float(np.median(list(each.values())))


def table(rows: Rows) -> str:
    """Errors by method, with and without the landmarks that slide, and the time per template."""
    header = ["method", "strains", "mean mm", "median", "p95", "max", "without sliding", "s per template"]
    lines = []
    for method, each in errors(rows).items():
        if not each:
            continue
        every = np.concatenate(list(each.values()))
        steady = [e[[label not in SLIDING for label in landmarks_of(s).labels]] for s, e in each.items()]
        figures = every.mean(), np.median(every), np.percentile(every, 95), every.max()
        told = [*(f"{v:.3f}" for v in figures), f"{np.concatenate(steady).mean():.3f}"]
        lines.append([f"ALPACA, {method}", str(len(each)), *told, f"{seconds(rows):.0f}"])
    return show("ALPACA's method on strains that its templates are no kin of", header, lines)
