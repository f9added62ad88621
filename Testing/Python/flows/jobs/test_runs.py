"""A run folder looked at without torch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from craniomark.flows.jobs import look_at_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    state = {"status": "running", "pid": os.getpid(), "step": 12, "of": 30, "seconds_left": 4.5,
             "message": "", "figures": {"mean_mm": 0.2}}  # fmt: skip
    (tmp_path / "state.json").write_text(json.dumps(state), encoding="utf-8")
    points = [
        {"event": "metric", "job": "x", "step": s, "name": "loss/total", "value": 1 / s} for s in (5, 10)
    ]
    lines = [json.dumps(one) for one in points]
    (tmp_path / "metrics.jsonl").write_text("\n".join([*lines, '{"event": "met']), encoding="utf-8")
    (tmp_path / "log.txt").write_text("12:00 Started.\n", encoding="utf-8")
    return tmp_path


def change(run: Path, **values: object) -> None:
    path = run / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values), encoding="utf-8")


def test_all_of_a_run_is_told(run: Path) -> None:
    view = look_at_run(run)
    assert view and (view.status, view.step, view.of, view.seconds_left) == ("running", 12, 30, 4.5)
    assert view.curves == {("", "loss/total"): [(5, 0.2), (10, 0.1)]}
    assert view.figures == {"mean_mm": 0.2} and view.log == ["12:00 Started."] and not view.can_go_on


def test_a_run_whose_process_is_gone_was_cut_off(run: Path) -> None:
    done = subprocess.Popen([sys.executable, "-S", "-c", ""])
    done.wait()
    change(run, pid=done.pid)
    view = look_at_run(run)
    assert view and view.status == "cut off" and view.can_go_on


@pytest.mark.parametrize(("status", "more"), [("stopped", True), ("failed", True), ("done", False)])
def test_what_is_not_done_can_go_on(run: Path, status: str, more: bool) -> None:
    change(run, status=status)
    view = look_at_run(run)
    assert view and view.can_go_on is more


def test_a_folder_without_a_run_is_none(tmp_path: Path) -> None:
    assert look_at_run(tmp_path) is None and look_at_run(tmp_path / "gone") is None
    assert not (tmp_path / "gone").exists()
