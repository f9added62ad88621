"""What the tests of jobs share: the process with odd jobs, what was heard of it, and polling."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from craniomark.flows.jobs import Job, JobClient

ODD = [sys.executable, str(Path(__file__).with_name("odd_child.py"))]


class Heard(list[tuple[str, dict[str, Any]]]):
    """What a client told, by job."""

    def __call__(self, job: Job, event: dict[str, Any]) -> None:
        self.append((job.id, event))

    def states(self, job: Job) -> list[str]:
        return [event["state"] for id_, event in self if event["event"] == "state" and id_ == job.id]


def until(client: JobClient, condition: Callable[[], bool], seconds: float = 300.0) -> None:
    """Poll until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        client.poll()
        time.sleep(0.01)
