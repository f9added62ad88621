"""Errors of landmarks carried by atlases: each atlas by itself, and the median of eight."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.specimens import Known
from common.table import show

Row = Mapping[str, str]


@dataclass(frozen=True, eq=False)
class AtlasErrors:
    """Mean errors, mm.

    Attributes
    ----------
    pairs : ndarray, shape (P,)
        Of each specimen and atlas.
    medians : ndarray, shape (S,)
        Of each specimen, by the median of its atlases.
    seconds : ndarray, shape (P,)
        Of each pair.
    folding : float
        Largest percentage of the lattice that folds.
    """

    pairs: NDArray[np.float64]
    medians: NDArray[np.float64]
    seconds: NDArray[np.float64]
    folding: float


def atlas_errors(known: Iterable[Known], rows: Iterable[Row]) -> AtlasErrors:
    """Errors of committed rows against the truth, by label."""
    truth = {
        (k.id, str(label)): p for k in known for label, p in zip(k.truth.labels, k.truth.points, strict=True)
    }
    points: dict[tuple[str, str], dict[str, NDArray[np.float64]]] = defaultdict(dict)
    seconds, folding = {}, 0.0
    for row in rows:
        pair = row["specimen"], row["atlas"]
        points[pair][row["label"]] = np.array([float(row[axis]) for axis in "xyz"])
        seconds[pair] = float(row["seconds"])
        folding = max(folding, float(row.get("folding") or 0))
    pairs = [
        np.nanmean([np.linalg.norm(p - truth[specimen, label]) for label, p in told.items()])
        for (specimen, _), told in points.items()
    ]
    medians = []
    for specimen in dict.fromkeys(one for one, _ in points):
        told = [by_label for (one, _), by_label in points.items() if one == specimen]
        labels = dict.fromkeys(label for by_label in told for label in by_label)
        away = [
            np.linalg.norm(
                np.nanmedian([t[label] for t in told if label in t], axis=0) - truth[specimen, label]
            )
            for label in labels
        ]
        medians.append(np.nanmean(away))
    return AtlasErrors(np.array(pairs), np.array(medians), np.array(list(seconds.values())), folding)


def identity_errors(known: list[Known], rows: Iterable[Row]) -> NDArray[np.float64]:
    """Mean errors, mm, shape (P,), of the same pairs if nothing is moved."""
    by_id = {one.id: one.truth for one in known}
    pairs = dict.fromkeys((row["specimen"], row["atlas"]) for row in rows)
    return np.array([
        np.nanmean(np.linalg.norm(by_id[a].ordered(by_id[s].labels).points - by_id[s].points, axis=1))
        for s, a in pairs
    ])  # fmt: skip


def hyreg_report(known: list[Known], ours: list[Row], syn: list[Row]) -> str:
    """Both beside the identity."""
    header = [
        "method",
        "pairs",
        "one atlas",
        "worst",
        "specimens",
        "median of atlases",
        "worst",
        "s a pair",
        "folding %",
    ]
    lines = []
    for name, rows in (("hyreg, no network", ours), ("ANTs SyN", syn)):
        if not rows:
            continue
        e = atlas_errors(known, rows)
        lines.append([
            name, str(len(e.pairs)), f"{e.pairs.mean():.4f}", f"{e.pairs.max():.3f}", str(len(e.medians)),
            f"{e.medians.mean():.4f}", f"{e.medians.max():.3f}", f"{e.seconds.mean():.1f}",
            f"{e.folding:.3g}",
        ])  # fmt: skip
    still = identity_errors(known, syn)
    lines.append(
        ["identity", str(len(still)), f"{still.mean():.4f}", f"{still.max():.3f}", "", "", "", "0", "0"]
    )
    return show("Landmarks of atlases carried to unseen CTs, mm", header, lines)
