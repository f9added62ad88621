"""landmarks.csv and summary.csv of a run."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from craniomark.flows.report.collect import Result
from craniomark.ground.checks import written_whole
from craniomark.ground.landmarks import write_cohort

SUMMARY_COLUMNS = (
    "id", "outcome", "reason", "verdict", "score", "degrees", "scale", "left_right", "landmarks", "review",
    "missing", "median_error90_mm", "max_error90_mm", "model", "model_version", "seconds", "group", "source",
    "notes",
)  # fmt: skip


def write_landmarks_table(results: Sequence[Result], path: Path) -> None:
    """All landmarks of all specimens, one row each, ordered by id; missing ones are NA.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    ordered = sorted(results, key=lambda result: result.record.id)
    cohort = {one.record.id: one.landmarks for one in ordered if one.landmarks is not None}
    if cohort:
        write_cohort(cohort, path, "csv-long")
    else:
        path.unlink(missing_ok=True)


def write_summary_table(results: Sequence[Result], path: Path) -> None:
    """One row a specimen, refused ones with their reason, ordered by id.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    with written_whole(path) as part, part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, SUMMARY_COLUMNS, lineterminator="\n")
        writer.writeheader()
        for result in sorted(results, key=lambda one: one.record.id):
            writer.writerow(summary_row(result))


def summary_row(result: Result) -> dict[str, Any]:
    """Cells of `SUMMARY_COLUMNS`."""
    record = result.record
    row: dict[str, Any] = {
        "id": record.id,
        "outcome": record.outcome,
        "reason": record.reason,
        "left_right": record.left_right,
        "model": record.model.name if record.model else "",
        "model_version": record.model.version if record.model else "",
        "seconds": _short(record.seconds.get("total")),
        "group": record.group,
        "source": record.source.path,
        "notes": " ".join(record.notes),
    }
    row |= {key: _short(record.orientation.get(key)) for key in ("verdict", "score", "degrees", "scale")}
    names = ("landmarks", "review", "missing", "median_error90_mm", "max_error90_mm")
    return row | {key: _short(record.counts.get(key)) for key in names}


def _short(value: Any) -> Any:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else value
