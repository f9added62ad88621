"""Figures of shape models on strains: rows read, bounds told."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from common.table import show

CORRESPONDENCES = "shape_correspondences.csv"
SURFACES, NETWORKS = "shape_surfaces.csv", "shape_networks.csv"
MEAN, NEAREST, PROJECTION = (
    "mean shape, oracle similarity",
    "nearest training shape, oracle similarity",
    "projection",
)

POSED = "mean shape, in the pose found"
"""What a network that says nothing would tell."""


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a table."""
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def carried(rows: Sequence[Mapping[str, str]]) -> dict[str, float]:
    """Mean errors of landmarks, mm, and the share of strains in which carrying beats the pose."""
    carried_, pose, oracle = (
        np.array([float(r[name]) for r in rows]) for name in ("carried_mm", "pose_mm", "oracle_mm")
    )
    return {
        "strains": len(rows), "carried_mm": float(carried_.mean()), "pose_mm": float(pose.mean()),
        "oracle_mm": float(oracle.mean()), "better": float((carried_ < pose).mean()),
    }  # fmt: skip


def surfaces(rows: Sequence[Mapping[str, str]]) -> dict[str, float]:
    """Mean symmetric distance, mm, of each method over the strains that all methods have."""
    methods = list(dict.fromkeys(row["method"] for row in rows))
    by = {m: {r["strain"]: float(r["symmetric_mm"]) for r in rows if r["method"] == m} for m in methods}
    shared = set.intersection(*(set(one) for one in by.values()))
    return {m: float(np.mean([by[m][s] for s in sorted(shared)])) for m in methods}


def closed(told: Mapping[str, float], method: str) -> float:
    """Share of the gap between mean shape and projection that a method closes."""
    return (told[MEAN] - told[method]) / (told[MEAN] - told[PROJECTION])


def mean_of(rows: Sequence[Mapping[str, str]], method: str, column: str) -> float:
    """Mean of a column over the rows of a method that have it; NaN for none."""
    values = [float(row[column]) for row in rows if row["method"] == method and row.get(column)]
    return float(np.mean(values)) if values else float("nan")


def table(rows: Sequence[Mapping[str, str]], networks: Sequence[Mapping[str, str]]) -> str:
    """All methods, as aligned text."""
    told, runs = surfaces(rows), {row["method"]: row for row in networks}
    lines = []
    for method, value in told.items():
        figures = [mean_of(rows, method, name) for name in ("landmarks_mm", "under_bound", "seconds")]
        shown = [
            f"{one:.{digits}f}" if np.isfinite(one) else ""
            for one, digits in zip(figures, (3, 2, 1), strict=True)
        ]
        run = runs.get(method, {"minutes": "", "steps": ""})
        gap = f"{closed(told, method):.0%}"
        lines.append([method, f"{value:.4f}", gap, *shown, run["minutes"], run["steps"]])
    header = ["method", "surface, mm", "gap closed", "landmarks, mm", "under bound", "s", "minutes", "steps"]
    strains = len({row["strain"] for row in rows})
    return show(f"Shapes of {strains} strains left out, from any pose", header, lines)
