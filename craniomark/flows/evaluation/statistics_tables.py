"""Statistics of an evaluation as tables for other programs."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path

from craniomark.flows.evaluation.metrics import Metrics
from craniomark.flows.evaluation.shape_statistics import Anova
from craniomark.flows.evaluation.statistics import Statistics
from craniomark.ground.checks import written_whole

ANOVA_COLUMNS = ("table", "source", "sum_of_squares", "df", "mean_square", "r2", "f", "p", "p_parametric")
LANDMARK_COLUMNS = (
    "label", "n", "mean_mm", "p95_mm", "bias_x", "bias_y", "bias_z", "bias_x_low", "bias_x_high",
    "bias_y_low", "bias_y_high", "bias_z_low", "bias_z_high", "bias_mm", "bias_p", "bias_p_hotelling",
    "bias_p_adjusted", "intra_tem_mm", "inter_tem_mm", "unnamed_tem_mm", "retest_sd_mm",
)  # fmt: skip


def write_anova(statistics: Statistics, path: Path) -> bool:
    """Write every analysis of variance; False, and no file, where there is none.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    found: dict[str, Anova | None] = {
        "methods": statistics.procrustes_anova,
        "observers": statistics.observers.anova if statistics.observers else None,
        "retest": statistics.retest.anova if statistics.retest else None,
    }
    rows = [
        [
            name,
            row.source,
            row.sum_of_squares,
            row.df,
            row.mean_square,
            row.r2,
            row.f,
            row.p,
            row.p_parametric,
        ]
        for name, table in found.items()
        if table
        for row in table.rows
    ]
    if not rows:
        path.unlink(missing_ok=True)  # of an earlier evaluation
        return False
    _write(path, ANOVA_COLUMNS, rows)
    return True


def write_landmarks(metrics: Metrics, statistics: Statistics, path: Path) -> None:
    """Write one row a landmark: error, bias with its interval and test, scatter of people and runs.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    rows: list[list[object]] = []
    for label, one in metrics.per_landmark.items():
        row: list[object] = [label, one.n, one.mean_mm, one.p95_mm, *one.bias_mm]
        bias = statistics.bias.landmarks[label] if statistics.bias else None
        if bias is None:
            row += [""] * 10
        else:
            row += [end for ends in zip(bias.low_mm, bias.high_mm, strict=True) for end in ends]
            row += [bias.length_mm, bias.p, bias.p_hotelling, bias.p_adjusted]
        rows.append(row + _scatter(statistics, label))
    _write(path, LANDMARK_COLUMNS, rows)


def _scatter(statistics: Statistics, label: str) -> list[object]:
    people, retest = statistics.observers, statistics.retest
    kinds = (people.intra, people.inter, people.unnamed) if people else (None, None, None)
    told: list[object] = [one.tem_by_landmark.get(label, "") if one else "" for one in kinds]
    return [*told, retest.within_sd_by_landmark.get(label, "") if retest else ""]


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(columns)
        table.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else ""
    return value
