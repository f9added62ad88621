"""Tables and plots of the statistics."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from craniomark.flows.evaluation import (
    Metrics,
    Resampling,
    Statistics,
    evaluate,
    statistics_of,
    write_evaluation,
)
from craniomark.flows.evaluation.statistics_plots import STATISTICS_PLOTS, draw_bias
from craniomark.ground.landmarks import LandmarkSet

pytest.importorskip("matplotlib")
Cohort = dict[str, LandmarkSet]
Whole = tuple[Metrics, Statistics, Path]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_json_holds_both_and_all_notes(whole: Whole) -> None:
    metrics, statistics, folder = whole
    content = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert content["mean_mm"] == metrics.mean_mm
    assert content["retest"]["n_runs"] == 2 and content["observers"]["inter"]["n_points"] == 48
    assert content["notes"] == [*metrics.notes, *statistics.notes]
    assert "scores" not in content["principal_components"] and "null" not in content["mean_shape"]


def test_table_of_landmarks_has_bias_and_scatter(whole: Whole) -> None:
    rows = rows_of(whole[2] / "per_landmark.csv")
    assert [row["label"] for row in rows] == list(whole[0].per_landmark)
    low, middle, high = (float(rows[0][f"bias_x{end}"]) for end in ("_low", "", "_high"))
    assert low < middle < high
    assert rows[0]["inter_tem_mm"] and not rows[0]["intra_tem_mm"]


def test_table_of_variance_has_every_source(whole: Whole) -> None:
    rows = rows_of(whole[2] / "anova.csv")
    assert {row["table"] for row in rows} == {"methods", "observers", "retest"}
    sources = [row["source"] for row in rows if row["table"] == "methods"]
    assert sources == ["individual", "side", "individual x side", "method", "residual"]
    assert rows[4]["f"] == ""


def test_plots_are_pictures(whole: Whole) -> None:
    for name in STATISTICS_PLOTS:
        assert (whole[2] / name).read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_given_leaves_no_old_file(
    whole: Whole, predicted: Cohort, truth: Cohort, tmp_path: Path
) -> None:
    folder = shutil.copytree(whole[2], tmp_path / "copy")
    one = evaluate({"a": predicted["a"]}, truth)
    write_evaluation(one, folder, statistics_of(one, Resampling(99)))
    assert not {"anova.csv", *STATISTICS_PLOTS} & {path.name for path in folder.iterdir()}


def test_two_specimens_and_many_landmarks_can_be_drawn() -> None:
    rng = np.random.default_rng(0)
    labels = tuple(str(i) for i in range(120))
    truth = {name: LandmarkSet(labels, rng.normal(size=(120, 3)) * 5) for name in "ab"}
    predicted = {
        name: LandmarkSet(labels, one.points + rng.normal(size=(120, 3)) * 0.1) for name, one in truth.items()
    }
    metrics = evaluate(predicted, truth)
    statistics = statistics_of(metrics, Resampling(99))
    for draw in STATISTICS_PLOTS.values():
        draw(metrics, statistics)
    figure = draw_bias(metrics, statistics)
    assert figure is not None and figure.get_size_inches()[1] < 20
