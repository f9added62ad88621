"""Mean and spread over the folds that are done."""

import csv
from pathlib import Path

import numpy as np

from craniomark.flows.training.jobs import JobResult
from craniomark.flows.training.table import job_table, write_table


def done(name: str, value: float, seconds: float = 60.0) -> JobResult:
    return JobResult(name, "done", 10, {"mean_mm": value}, seconds)


def test_mean_and_standard_deviation_are_those_of_numpy() -> None:
    values = [0.11, 0.15, 0.13]
    table = job_table([done(f"fold={n}", value) for n, value in enumerate(values)])
    assert table.columns == ("job", "status", "step", "mean_mm", "minutes")
    assert [row[0] for row in table.rows] == ["fold=0", "fold=1", "fold=2", "mean", "spread"]
    assert float(table.rows[3][3]) == round(float(np.mean(values)), 4)
    assert float(table.rows[4][3]) == round(float(np.std(values, ddof=1)), 4)


def test_each_combination_of_other_settings_has_a_mean_of_its_own() -> None:
    rows = job_table(
        [done("loop.seed=1,fold=0", 1), done("loop.seed=1,fold=1", 3), done("loop.seed=2,fold=0", 5)]
    ).rows
    found = {row[0]: row[3] for row in rows}
    assert found["mean of loop.seed=1"] == "2" and found["mean of loop.seed=2"] == "5"
    assert found["spread of loop.seed=2"] == ""  # one value has none


def test_failed_jobs_have_a_line_and_no_part_in_the_mean() -> None:
    failed = JobResult("fold=1", "failed", 3, {"mean_mm": 99.0}, message="planted")
    rows = {row[0]: row for row in job_table([done("fold=0", 0.1), failed]).rows}
    assert rows["fold=1"][1] == "failed"
    assert rows["mean"][1:4] == ("n=1", "", "0.1")


def test_nothing_done_has_no_mean() -> None:
    assert len(job_table([JobResult("fold=0", "waiting")]).rows) == 1


def test_the_file_holds_the_same_cells(tmp_path: Path) -> None:
    table = job_table([done("loop.seed=1,fold=0", 0.25)])
    write_table(table, tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [list(table.columns), *map(list, table.rows)]
