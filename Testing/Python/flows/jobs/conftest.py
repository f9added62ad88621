"""Clients of job processes with odd jobs, which take no time to start."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from craniomark.flows.jobs import JobClient

sys.path.insert(0, str(Path(__file__).parent))

from odd_jobs import ODD, Heard


@pytest.fixture
def heard() -> Heard:
    """Return what clients tell to."""
    return Heard()


@pytest.fixture
def odd_client(heard: Heard) -> Iterator[Callable[..., JobClient]]:
    """Return what makes clients of a process with odd jobs."""
    made: list[JobClient] = []

    def make(**choices: Any) -> JobClient:
        made.append(JobClient(heard, **{"python": ODD, "polite": False} | choices))
        return made[-1]

    yield make
    for client in made:
        client.close(60.0)


@pytest.fixture
def client(odd_client: Callable[..., JobClient]) -> JobClient:
    """Return a client of a process with odd jobs."""
    return odd_client()
