"""The table at the end of a multirun: a line for each job, then mean and spread over the folds."""

import csv
import io
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from craniomark.flows.training.jobs import JobResult
from craniomark.ground.checks import written_whole

OVER = "fold"
"""The key over which figures are averaged; jobs that differ in others are averaged apart."""


@dataclass(frozen=True)
class Table:
    """Cells as text.

    Attributes
    ----------
    columns : tuple of str
        ``job status step``, the figures, ``minutes``.
    rows : tuple of tuple of str
        Jobs, then for each group of folds its mean and its standard deviation (n - 1).
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def job_table(results: Sequence[JobResult]) -> Table:
    """The table of a multirun.

    Parameters
    ----------
    results : sequence of JobResult
        In the order of the rows.
    """
    figures = list(dict.fromkeys(name for one in results for name in one.figures))
    rows = [_row(one, figures) for one in results]
    groups: dict[str, list[JobResult]] = {}
    for one in results:
        if one.status == "done":
            groups.setdefault(_without_fold(one.name), []).append(one)
    for rest, members in groups.items():
        rows += _summary(rest, members, figures)
    return Table(("job", "status", "step", *figures, "minutes"), tuple(rows))


def write_table(table: Table, path: Path) -> None:
    """Write a table as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    with written_whole(path) as part:
        part.write_text(text.getvalue(), encoding="utf-8")


def _row(one: JobResult, figures: Sequence[str]) -> tuple[str, ...]:
    cells = [_number(one.figures.get(name)) for name in figures]
    minutes = f"{one.seconds / 60:.1f}" if one.status == "done" else ""
    return (one.name, one.status, str(one.step) if one.step else "", *cells, minutes)


def _summary(rest: str, members: Sequence[JobResult], figures: Sequence[str]) -> list[tuple[str, ...]]:
    """Mean and spread of the jobs that are done."""
    where = f" of {rest}" if rest else ""
    means, spreads = [], []
    for name in figures:
        values = [one.figures[name] for one in members if name in one.figures]
        means.append(_number(statistics.fmean(values) if values else None))
        spreads.append(_number(statistics.stdev(values) if len(values) > 1 else None))
    total = f"{sum(one.seconds for one in members) / 60 / len(members):.1f}"
    return [
        (f"mean{where}", f"n={len(members)}", "", *means, total),
        (f"spread{where}", "sd", "", *spreads, ""),
    ]


def _without_fold(name: str) -> str:
    return ",".join(part for part in name.split(",") if not part.startswith(OVER + "="))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
