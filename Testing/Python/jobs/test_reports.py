"""Progress as a part of the whole, its remaining time, and the way to stop."""

from pathlib import Path
from typing import Any

import pytest

from craniomark.flows.pipeline.stopping import Stopped
from craniomark.jobs import reports as module
from craniomark.jobs.kinds.landmarks import Told
from craniomark.jobs.reports import Reports, Steps
from craniomark.jobs.warden import Warden


class Written:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def say(self, content: dict[str, Any]) -> None:
        self.events.append(content)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    monkeypatch.setattr(module, "_BETWEEN_SECONDS", 0.0)
    return Written()


@pytest.fixture
def warden() -> Warden:
    return Warden(None, 60.0)


@pytest.fixture
def reports(written: Written, warden: Warden) -> Reports:
    return Reports("7", written, warden)  # type: ignore[arg-type]


def test_steps_become_parts_of_the_whole_and_never_run_back(reports: Reports, written: Written) -> None:
    steps = Steps(reports, {"read": (0.0, 0.2), "fit": (0.2, 1.0)})
    for name, fraction in [
        ("read", 0.5),
        ("fit", 0.0),
        ("fit", 0.5),
        ("read", 0.0),
        ("other", 1.0),
        ("fit", 2.0),
    ]:
        steps(name, fraction)
    assert [event["fraction"] for event in written.events] == [0.1, 0.2, 0.6, 0.6, 0.6, 1.0]
    assert written.events[0]["job"] == "7" and written.events[2]["step"] == 60


def test_calls_that_follow_quickly_are_left_out(
    reports: Reports, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BETWEEN_SECONDS", 60.0)
    for number in range(10):
        reports.progress("count", number / 10)
    assert len(written.events) == 1


def test_remaining_time_follows_from_the_time_that_was_taken(
    reports: Reports, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = module.time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + 30.0)
    reports._began = now
    reports.progress("begin", 0.0)
    reports.progress("count", 0.25)
    assert [event["seconds_left"] for event in written.events] == [None, 90.0]


def test_every_call_stops_where_the_job_should(reports: Reports, warden: Warden, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    with warden.over(stop):
        reports.progress("count", 0.0)
        stop.touch()
        with pytest.raises(Stopped):
            reports.progress("count", 0.1)
        with pytest.raises(Stopped):
            reports.log("words")
    reports.log("after the job")


def test_a_cohort_is_told_as_one(reports: Reports, written: Written) -> None:
    told = Told(reports, 4)
    told.ended("a", "kept", "")
    told.started("b")
    told.step("b", "landmarks", 1.0)
    told.ended("b", "done", "")
    told.ended("b", "done", "")
    told.ended("c", "refused", "No skull.")
    progress = [event for event in written.events if event["event"] == "progress"]
    assert [event["fraction"] for event in progress] == [0.25, 0.25, 0.4675, 0.5, 0.75]
    assert progress[2]["name"] == "1 of 4, b: landmarks"
    logs = [
        (event["name"], event["value"], event["message"])
        for event in written.events
        if event["event"] == "log"
    ]
    assert logs == [
        ("a", "kept", "a: kept"),
        ("b", "done", "b: done"),
        ("c", "refused", "c: refused: No skull."),
    ]
    assert told.outcomes == {"a": "kept", "b": "done", "c": "refused"}
