"""What an evaluation writes."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from craniomark.flows.evaluation import evaluate, write_evaluation
from craniomark.flows.evaluation.plots import draw_landmarks
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet

pytest.importorskip("matplotlib")
Cohort = dict[str, LandmarkSet]


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_json_is_the_figures(predicted: Cohort, truth: Cohort, tmp_path: Path) -> None:
    metrics = evaluate(predicted, truth)
    write_evaluation(metrics, tmp_path / "new" / "folder")
    content = json.loads((tmp_path / "new" / "folder" / "metrics.json").read_text(encoding="utf-8"))
    assert content == json.loads(json.dumps(metrics.as_dict()))


def test_table_has_a_row_for_each_point_and_says_what_is_missing(
    predicted: Cohort, truth: Cohort, tmp_path: Path
) -> None:
    points = predicted["c"].points.copy()
    points[4] = np.nan
    predicted["c"] = LandmarkSet(predicted["c"].labels, points, predicted["c"].annotations)
    metrics = evaluate(predicted, truth)
    write_evaluation(metrics, tmp_path)
    rows = rows_of(tmp_path)
    assert len(rows) == 48
    lone = next(row for row in rows if (row["id"], row["label"]) == ("c", "L4"))
    assert (lone["error_mm"], lone["dx"], lone["note"]) == ("", "", "not predicted")
    errors = [float(row["error_mm"]) for row in rows if row["error_mm"]]
    assert np.mean(errors) == pytest.approx(metrics.mean_mm, abs=1e-6)


def test_offsets_are_predicted_less_true(truth: Cohort, tmp_path: Path) -> None:
    moved = {name: LandmarkSet(s.labels, s.points + np.array([1, 2, -2])) for name, s in truth.items()}
    write_evaluation(evaluate(moved, truth), tmp_path)
    row = rows_of(tmp_path)[0]
    assert [float(row[name]) for name in ("dx", "dy", "dz", "error_mm")] == pytest.approx(
        [1, 2, -2, 3], abs=1e-5
    )


def test_plots_are_pictures(predicted: Cohort, truth: Cohort, tmp_path: Path) -> None:
    written = write_evaluation(evaluate(predicted, truth), tmp_path)
    pictures = [path for path in written if path.suffix == ".png"]
    assert [path.name for path in pictures] == ["errors.png", "landmarks.png", "calibration.png"]
    for path in pictures:
        assert path.read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in written)


def test_no_calibration_plot_without_stated_errors(predicted: Cohort, truth: Cohort, tmp_path: Path) -> None:
    write_evaluation(evaluate(predicted, truth), tmp_path)
    write_evaluation(evaluate(truth, truth), tmp_path)
    assert not (tmp_path / "calibration.png").exists()


def test_one_point_can_be_drawn(tmp_path: Path) -> None:
    one = {"a": LandmarkSet(("with, comma \u00b5",), np.zeros((1, 3)))}
    assert len(write_evaluation(evaluate(one, one), tmp_path)) == 4
    assert rows_of(tmp_path)[0]["label"] == "with, comma \u00b5"


def test_of_very_many_landmarks_the_worst_are_drawn() -> None:
    labels = tuple(str(i) for i in range(400))
    away = np.outer(np.arange(400) / 1000, [1.0, 0, 0])
    base = np.random.default_rng(0).normal(size=(400, 3))
    figure = draw_landmarks(
        evaluate({"a": LandmarkSet(labels, base + away)}, {"a": LandmarkSet(labels, base)})
    )
    assert figure.get_size_inches()[1] < 30
    assert figure.axes[0].get_yticklabels()[-1].get_text() == "399"


def test_folder_that_is_a_file_is_refused(truth: Cohort, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="output folder"):
        write_evaluation(evaluate(truth, truth), tmp_path / "taken")
