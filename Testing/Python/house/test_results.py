"""The committed benchmark rows, scored anew against the truth: what README and docs claim still holds."""

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ATLASES, BUNDLE = "CranioMark, atlases", "CranioMark, bundle"
MEAN, ORACLE = "mean shape pasted", "mean shape, oracle affine"
PEER = "ANTs SyN, median of eight"


pytestmark = pytest.mark.usefixtures("data_folder")  # without data there is no truth to score against


@pytest.fixture(scope="module")
def accuracy(benchmarks: Path, mouse_ct_folder: Path) -> Any:  # noqa: ARG001
    scoring = importlib.import_module("common.scoring")
    table = importlib.import_module("common.table")
    known = importlib.import_module("common.specimens").known_specimens()
    rows = [table.read_rows(benchmarks / "results" / name) for name in ("accuracy.csv", "syn_atlases.csv")]
    return scoring.accuracy_report(known, *rows)


@pytest.fixture(scope="module")
def orientation(benchmarks: Path) -> Any:
    table = importlib.import_module("common.table")
    scoring = importlib.import_module("common.orientation_scoring")
    return scoring.orientation_report(table.read_rows(benchmarks / "results" / "orientation.csv"))


def test_every_specimen_was_tried_in_every_way(accuracy: Any) -> None:
    assert {accuracy.errors[name].shape[:2] for name in (ATLASES, BUNDLE)} == {(10, 3)}
    assert len(accuracy.errors[PEER]) == 10


@pytest.mark.parametrize("name", [ATLASES, BUNDLE])
def test_accuracy(accuracy: Any, name: str) -> None:
    errors = accuracy.errors[name]
    assert errors.mean() <= 0.122
    assert np.median(errors) <= 0.105
    assert np.percentile(errors, 95) <= (0.31 if name == BUNDLE else 0.32)


@pytest.mark.parametrize("name", [ATLASES, BUNDLE])
def test_no_error_is_large(accuracy: Any, name: str) -> None:
    assert accuracy.errors[name].max() <= 0.6


def test_accuracy_beside_syn(accuracy: Any) -> None:
    assert accuracy.gaps[ATLASES].mean_mm <= -0.005
    assert accuracy.gaps[BUNDLE].mean_mm <= 0.0


@pytest.mark.parametrize("name", [ATLASES, BUNDLE])
def test_better_than_the_mean_shape(accuracy: Any, name: str) -> None:
    assert accuracy.errors[name].mean() < 0.9 * accuracy.errors[MEAN].mean()
    assert accuracy.errors[name].mean() < accuracy.errors[ORACLE].mean()


@pytest.mark.parametrize("name", [ATLASES, BUNDLE])
def test_close_landmarks_never_change_places(accuracy: Any, name: str) -> None:
    assert accuracy.swapped[name] == 0


@pytest.mark.parametrize("name", [ATLASES, BUNDLE])
def test_same_answer_in_every_pose(accuracy: Any, name: str) -> None:
    assert accuracy.repeatability[name] <= 0.015


@pytest.mark.parametrize("name", [ATLASES, BUNDLE])
def test_error_estimates_cover_what_they_say(accuracy: Any, name: str) -> None:
    estimates = accuracy.estimates[name]
    assert 0.85 <= estimates.covered <= 0.95
    assert estimates.flagged <= 0.15


@pytest.mark.parametrize("name", [ATLASES, BUNDLE])
def test_error_estimates_tell_more_than_one_constant(accuracy: Any, name: str) -> None:
    assert accuracy.estimates[name].loss < 0.95 * accuracy.estimates[name].constant_loss


def test_orientation_of_a_hundred_poses(orientation: Any) -> None:
    assert len(orientation.degrees) == 100
    assert orientation.degrees.max() <= 2.0
    assert np.median(orientation.degrees) <= 1.0


def test_orientation_repeats(orientation: Any) -> None:
    assert orientation.repeatability.max() <= 0.25


def test_orientation_takes_half_the_time_that_the_search_alone_was_given(orientation: Any) -> None:
    assert np.median(orientation.times) <= 1.5
    assert (orientation.times <= 1.5).mean() >= 0.95
    assert orientation.times.max() <= 3.0


@pytest.mark.parametrize("part", ["orientation", "level 0", "level 1", "focus", "fusion"])
def test_each_network_beats_its_null_and_itself_without_training(benchmarks: Path, part: str) -> None:
    rows = importlib.import_module("common.table").read_rows(benchmarks / "results" / "networks.csv")
    assert len({row["specimen"] for row in rows}) == 10
    means = importlib.import_module("networks").report(rows)[part]
    assert means["ours"] < means["null"]
    assert means["ours"] < 0.85 * means["untrained"]


def test_the_quick_recipe_in_twenty_minutes(benchmarks: Path, mouse_ct_folder: Path) -> None:  # noqa: ARG001
    known = importlib.import_module("common.specimens").known_specimens()
    rows = importlib.import_module("common.table").read_rows(benchmarks / "results" / "quick.csv")
    mean, minutes, _ = importlib.import_module("quick").report(known, rows)
    assert mean <= 0.17
    assert minutes <= 20


def test_kept_batches_spare_the_network_its_waiting(benchmarks: Path) -> None:
    rows = importlib.import_module("common.table").read_rows(benchmarks / "results" / "caches.csv")
    caches = importlib.import_module("caches")
    assert len(rows) == 2 * caches.LOADS + 2 * caches.REPEATS * caches.STEPS
    found = caches.report(rows)
    assert found["loader"] >= 5
    assert found["wait"] < 0.2 * found["wait_made"] and found["read"] > 0.5


def test_a_step_that_reads_kept_batches_waits_a_twentieth_of_its_time(benchmarks: Path) -> None:
    rows = importlib.import_module("common.table").read_rows(benchmarks / "results" / "caches.csv")
    assert importlib.import_module("caches").report(rows)["wait"] <= 0.05


def test_orientation_is_never_wrongly_good(orientation: Any) -> None:
    assert orientation.wrongly_good == 0


def test_speed_and_memory_as_measured_in_one_run(benchmarks: Path) -> None:
    rows = importlib.import_module("common.table").read_rows(benchmarks / "results" / "speed.csv")
    one = [float(row["seconds"]) for row in rows if row["what"].startswith("one CT")]
    each = next(float(row["seconds"]) for row in rows if row["what"].startswith("each of"))
    syn = next(float(row["seconds"]) for row in rows if "SyN" in row["what"])
    assert max(one) <= 10 * syn / 50
    assert each <= 6
    assert max(float(row["gib"]) for row in rows if row["gib"]) <= 3
