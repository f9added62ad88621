"""The committed predictions, analysed as `craniomark evaluate` does: what the documents say of them holds."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from craniomark.flows.evaluation import Repeats, Resampling, Statistics, evaluate, statistics_of
from craniomark.ground.landmarks import LandmarkSet

Cohort = dict[str, LandmarkSet]
QUICK = Resampling(199)


pytestmark = pytest.mark.usefixtures("mouse_ct_folder")  # without data there is no truth to score against


@pytest.fixture(scope="module")
def known(benchmarks: Path) -> Any:  # noqa: ARG001
    return importlib.import_module("common.specimens").known_specimens()


@pytest.fixture(scope="module")
def truth(known: Any) -> Cohort:
    return {one.id: one.truth for one in known}


@pytest.fixture(scope="module")
def runs(benchmarks: Path) -> list[Cohort]:
    """Predictions with the fold's bundle alone, by pose, in the frame of the original scans."""
    rows = importlib.import_module("common.table").read_rows(benchmarks / "results" / "accuracy.csv")
    found = []
    for pose in sorted({row["pose"] for row in rows}):
        points: dict[str, dict[str, list[float]]] = {}
        for row in rows:
            if row["method"] == "bundle" and row["pose"] == pose:
                place = [float(row[axis]) for axis in "xyz"]
                points.setdefault(row["specimen"], {})[row["label"]] = place
        found.append({n: LandmarkSet(tuple(p), np.array(list(p.values()))) for n, p in points.items()})
    return found


@pytest.fixture(scope="module")
def statistics(runs: list[Cohort], truth: Cohort) -> Statistics:
    repeats = Repeats(predicted=runs[0], runs=tuple(runs[1:]), frame="same")
    return statistics_of(evaluate(runs[0], truth), QUICK, repeats=repeats)


def test_the_same_skull_gives_the_same_answer_in_other_poses(statistics: Statistics) -> None:
    assert statistics.retest is not None
    assert statistics.retest.mean_mm <= 0.03
    assert statistics.retest.anova is not None and statistics.retest.anova.repeatability > 0.9


def test_predictions_tell_individuals_apart_and_have_no_bias(statistics: Statistics) -> None:
    assert statistics.procrustes_anova is not None and statistics.bias is not None
    rows = {row.source: row for row in statistics.procrustes_anova.rows}
    assert rows["individual"].p < 0.01 < rows["method"].p
    assert rows["side"].p < 0.05
    assert statistics.bias.biased == ()


def test_directional_asymmetry_is_kept(statistics: Statistics) -> None:
    assert statistics.asymmetry is not None
    assert statistics.asymmetry.directional_degrees < 30
    assert statistics.asymmetry.predicted.directional_p < 0.05


def test_predictions_of_other_skulls_are_found_out(runs: list[Cohort], truth: Cohort) -> None:
    names = sorted(truth)
    exchanged = {name: runs[0][names[i - 3]] for i, name in enumerate(names)}
    aligned = {n: LandmarkSet(s.labels, s.points) for n, s in exchanged.items()}
    anova = statistics_of(evaluate(aligned, truth), QUICK).procrustes_anova
    assert anova is not None
    assert anova.rows[0].p > 0.05


def test_shifted_landmark_is_found_among_real_predictions(runs: list[Cohort], truth: Cohort) -> None:
    label = "2"
    moved = {}
    for name, one in runs[0].items():
        offset = np.where(np.array(one.labels)[:, None] == label, [0.25, 0.0, 0.0], 0.0)
        moved[name] = LandmarkSet(one.labels, one.points + offset)
    bias = statistics_of(evaluate(moved, truth), QUICK).bias
    assert bias is not None and bias.biased == (label,)


def test_more_training_scans_do_no_harm(benchmarks: Path, known: Any) -> None:
    rows = importlib.import_module("common.table").read_rows(benchmarks / "results" / "sample_size.csv")
    report = importlib.import_module("common.curve").sample_size_report(known, rows)
    sizes = sorted(report.errors)
    assert sizes == [4, 6, 8]
    means = [report.errors[size].mean() for size in sizes]
    assert means[-1] <= means[0] + 0.005
    assert report.errors[8].max() <= 0.6
