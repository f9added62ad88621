"""Scores of doubt, on made-up rows whose answer is known: planted faults, estimates and flags."""

import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from craniomark.ground.landmarks import LandmarkSet

SHAPE = 10, 3, 20
FOLDS = np.arange(10) % 5


@pytest.fixture(scope="module")
def module(benchmarks: Path) -> Any:  # noqa: ARG001 - where they lie
    return lambda name: importlib.import_module(f"common.{name}")


@pytest.fixture(scope="module")
def doubt(module: Any) -> Any:
    return module("doubt_scoring")


@pytest.fixture(scope="module")
def faults(module: Any) -> Any:
    return module("fault_scoring")


def row(kind: str, label: str, outcome: str, error: str = "0.1", amount: str = "") -> dict[str, str]:
    return {"kind": kind, "specimen": "a", "trial": "0", "label": label, "amount": amount,
            "error_mm": error, "outcome": outcome, "seconds": "1.0"}  # fmt: skip


def test_flagged_missing_and_refused_landmarks_count_as_found(faults: Any) -> None:
    outcomes = ("review", "missing", "refused", "ok", "not judged")
    report = faults.fault_report([row("smoothed", str(n), o, amount="0.4") for n, o in enumerate(outcomes)])
    assert (report.faults["smoothed"].hits, report.overall.count) == (3, 5)
    assert report.faults["smoothed"].interval[0] < 0.6 < report.faults["smoothed"].interval[1]


def test_flags_on_what_no_fault_concerns_are_false_alarms(faults: Any) -> None:
    rows = [row("intact", str(n), "review" if n == 0 else "ok") for n in range(10)]
    rows += [row("smoothed", "0", "review", amount="0.4"), row("smoothed", "1", "review")]
    report = faults.fault_report(rows)
    assert report.false_alarms["intact"].share == pytest.approx(0.1)
    assert report.false_alarms["smoothed"].share == 1
    assert report.overall.count == 1
    assert "intact" not in report.faults


def test_after_a_wrong_start_only_points_that_end_wrong_are_faults(faults: Any) -> None:
    rows = [
        row("wrong start", "0", "ok", "0.3", "20"),
        row("wrong start", "1", "ok", "0.51", "20"),
        row("wrong axes", "2", "review", "4.0", "20"),
        row("wrong axes", "3", "refused", "", "20"),
    ]
    report = faults.fault_report(rows)
    assert (report.faults["wrong start"].hits, report.faults["wrong start"].count) == (0, 1)
    assert (report.faults["wrong axes"].hits, report.faults["wrong axes"].count) == (2, 2)
    assert "0.51" in report.text


def made_up(seed: int, **known_of: bool) -> tuple[np.ndarray, np.ndarray]:
    """Errors, and what they are drawn about: landmarks of their own difficulty, scans of theirs."""
    rng = np.random.default_rng(seed)
    difficulty = rng.uniform(0.05, 0.2, SHAPE[2])
    luck = rng.uniform(0.4, 1.6, (SHAPE[0], 1, SHAPE[2])) if known_of.get("scans") else 1.0
    scale = np.broadcast_to(difficulty * luck, SHAPE)
    return scale * rng.gamma(6, 1 / 6, SHAPE), scale


def quantile(scale: np.ndarray) -> np.ndarray:
    """What 90 % of the errors of `made_up` stay under."""
    return scale * np.quantile(np.random.default_rng(0).gamma(6, 1 / 6, 100_000), 0.9)


def test_estimates_that_know_each_scan_are_better_than_constants(doubt: Any) -> None:
    errors, scale = made_up(1, scans=True)
    estimates = quantile(scale)
    flagged = estimates > np.quantile(estimates, 0.9)
    report = doubt.doubt_of(doubt.Told(errors, estimates, flagged, FOLDS))
    assert report.covered == pytest.approx(0.9, abs=0.03)
    assert all(0.85 < share < 0.95 for share in report.covered_by_third)
    assert report.loss < 0.9 * report.constant_loss
    assert report.gain_interval[0] < 1 - report.loss / report.constant_loss < report.gain_interval[1]
    assert report.recall.flags > report.recall.fixed_list + 0.1
    assert report.recall.gain_interval[0] > 0


def test_one_constant_for_all_gains_nothing(doubt: Any) -> None:
    """The null."""
    errors, _ = made_up(2)
    estimates = np.full(SHAPE, np.quantile(errors, 0.9))
    flagged = np.random.default_rng(3).random(SHAPE) < 0.1
    report = doubt.doubt_of(doubt.Told(errors, estimates, flagged, FOLDS))
    assert report.loss > report.constant_loss
    assert report.recall.flags < report.recall.fixed_list


def test_constants_and_list_are_learnt_from_the_other_folds(doubt: Any) -> None:
    errors = np.full(SHAPE, 0.1)
    errors[FOLDS == 0, :, 4] = 5.0
    told = doubt.Told(errors, errors, np.zeros(SHAPE, dtype=bool), FOLDS)
    own, others = FOLDS == 0, FOLDS != 0
    np.testing.assert_allclose(doubt.constants_of(told)[own], 0.1)
    np.testing.assert_allclose(doubt.constants_of(told)[others][:, 0, 4], 5.0)
    assert (doubt.ranks_of(told)[others, 4] == 0).all()


def test_flags_that_are_the_fixed_list_gain_nothing_over_it(doubt: Any) -> None:
    errors, _ = made_up(4)
    told = doubt.Told(errors, errors, np.zeros(SHAPE, dtype=bool), FOLDS)
    flagged = np.broadcast_to(doubt.ranks_of(told)[:, None] < 3, SHAPE)
    recall = doubt.recall_of(doubt.Told(errors, errors, flagged, FOLDS))
    assert recall.reviewed == pytest.approx(3 / 20)
    assert recall.flags == recall.fixed_list
    assert recall.gain_interval == (0.0, 0.0)


def test_the_pinball_loss_is_least_at_the_quantile(doubt: Any) -> None:
    errors = np.arange(1, 101) / 100
    losses = [doubt.pinball(errors, np.full(100, q)) for q in (0.8, 0.9, 1.0)]
    assert losses[1] == min(losses)
    assert doubt.pinball(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(0.5)


def test_rows_become_errors_by_label_and_missing_points_are_flagged(doubt: Any) -> None:
    truth = LandmarkSet(("a", "b"), np.array([[0.0, 0, 0], [5.0, 0, 0]]))
    known = [SimpleNamespace(id="s", truth=truth)]
    common = {"specimen": "s", "pose": "0", "fold": "3", "y": "0", "z": "0"}
    rows = [
        common | {"label": "b", "x": "5.2", "error90_mm": "0.3", "flag": "ok"},
        common | {"label": "a", "x": "", "y": "", "z": "", "error90_mm": "", "flag": ""},
    ]
    told = doubt.told_by(rows, known)
    np.testing.assert_allclose(told.errors[0, 0], [np.nan, 0.2])
    np.testing.assert_array_equal(told.flagged[0, 0], [True, False])
    assert told.folds[0] == 3


def test_the_worst_error_that_nobody_flagged_is_told(doubt: Any) -> None:
    errors, scale = made_up(6)
    errors[2, 1, 3], errors[4, 0, 7] = 2.0, 1.5
    flagged = errors > 1.8
    assert doubt.doubt_of(doubt.Told(errors, scale, flagged, FOLDS)).worst_unflagged == 1.5
