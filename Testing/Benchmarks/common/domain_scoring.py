"""What a model of one kind of skull does on the other: shared landmarks, errors, verdicts."""

from collections.abc import Mapping, Sequence

import numpy as np

from common.table import show

Rows = Sequence[Mapping[str, str]]
ONLY_ON_CTS = ("20", "26", "51", "52")
"""Landmarks of the CTs that the strains have not."""
COLUMNS = [
    "model", "tried_on", "specimen", "network_mm", "mean_shape_mm", "landmarks_mm", "degrees", "verdict",
    "flagged", "covered",
]  # fmt: skip


def strain_labels(ct_labels: Sequence[str]) -> dict[str, str]:
    """Labels of the strains by those of the CTs, for the landmarks that both have.

    Both sets follow one protocol in one order; the strains leave out four and count on. That it is so is
    seen from predictions: each of these is the nearest of all in turn (see the benchmark's test).
    """
    shared = [label for label in sorted(ct_labels, key=int) if label not in ONLY_ON_CTS]
    return {label: str(number) for number, label in enumerate(shared, start=1)}


def table(rows: Rows) -> str:
    """Means by model and kind of specimen."""
    header = [
        "model", "tried on", "specimens", "network mm", "mean shape mm", "landmarks mm", "median degrees",
        "called good", "doubtful", "none", "flagged", "errors under their estimate",
    ]  # fmt: skip
    lines = []
    for model, tried_on in dict.fromkeys((row["model"], row["tried_on"]) for row in rows):
        mine = [row for row in rows if (row["model"], row["tried_on"]) == (model, tried_on)]
        placed = [row for row in mine if row["verdict"] != "none"]
        means = [_mean(placed, name) for name in ("network_mm", "mean_shape_mm", "landmarks_mm")]
        verdicts = [sum(row["verdict"] == word for row in mine) for word in ("good", "doubtful", "none")]
        degrees = np.median([float(row["degrees"]) for row in placed]) if placed else np.nan
        lines.append(
            [model, tried_on, str(len(mine)), *(f"{v:.3f}" for v in means), f"{degrees:.2f}"]
            + [str(v) for v in verdicts]
            + [f"{100 * _mean(placed, name):.0f} %" for name in ("flagged", "covered")]
        )
    return show("Models on the kind of skull that they were not made from", header, lines)


def _mean(rows: Rows, name: str) -> float:
    return float(np.mean([float(row[name]) for row in rows])) if rows else float("nan")
