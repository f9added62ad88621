"""Events of training runs as those of a job."""

from typing import Any

import pytest

from craniomark.jobs.kinds.train import Ear


class Reported:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def say(self, event: str, **values: Any) -> None:
        self.events.append({"event": event, **values})


@pytest.fixture
def reported() -> Reported:
    return Reported()


def test_a_run_tells_steps_and_remaining_time(reported: Reported) -> None:
    ear = Ear(reported)  # type: ignore[arg-type]
    ear({"event": "progress", "job": "orient", "name": "prepare", "step": 3, "of": 4})
    ear({"event": "progress", "job": "orient", "step": 30, "of": 120, "seconds_left": 9.0})
    assert reported.events == [
        {"event": "progress", "name": "prepare 3 of 4", "step": 3, "of": 4, "fraction": 0.0},
        {"event": "progress", "name": "step 30 of 120", "step": 30, "of": 120, "seconds_left": 9.0,
         "fraction": 0.25},
    ]  # fmt: skip


def test_stages_are_parts_of_everything(reported: Reported) -> None:
    ear = Ear(reported, whole=True)  # type: ignore[arg-type]
    ear({"event": "progress", "job": "all", "name": "landmark", "step": 3, "of": 6})
    ear({"event": "progress", "job": "landmark-0", "step": 60, "of": 120, "seconds_left": 9.0})
    ear({"event": "metric", "job": "landmark-0", "name": "loss/total", "step": 60, "value": 0.5})
    stage, run, metric = reported.events
    assert (stage["part"], stage["fraction"]) == ("all", 0.5)
    assert (run["part"], run["fraction"]) == ("landmark-0", round(3.5 / 6, 4))
    assert metric == {"event": "metric", "part": "landmark-0", "name": "loss/total", "step": 60, "value": 0.5}


@pytest.mark.parametrize("kind", ["result", "error", "log"])
def test_the_end_of_a_run_is_not_that_of_the_job(reported: Reported, kind: str) -> None:
    Ear(reported)({"event": kind, "job": "orient", "message": "Done."})  # type: ignore[arg-type]
    assert reported.events == [{"event": "log", "message": "Done."}]
