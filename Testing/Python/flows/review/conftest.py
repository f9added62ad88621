"""A small specimen to review: five points of every kind of doubt, and clocks that tests set."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_review import given_landmarks, opener

from craniomark.flows.review import Desk, Session
from craniomark.ground.landmarks import LandmarkSet, write_landmarks


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 1, 2, 12, tzinfo=UTC) + timedelta(seconds=self.seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clock: Clock) -> Desk:
    return Desk("Anna", "test", clock, clock.now)


@pytest.fixture
def given() -> LandmarkSet:
    return given_landmarks()


@pytest.fixture
def folder(tmp_path: Path, given: LandmarkSet) -> Path:
    """Outputs of one specimen, ``skull``, without a record."""
    write_landmarks(given, tmp_path / "out" / "skull.csv")
    return tmp_path / "out"


@pytest.fixture
def opened(folder: Path, desk: Desk) -> Iterator[Callable[..., Session]]:
    """Open sessions that are closed when the test ends."""
    yield from opener(folder, desk)


@pytest.fixture
def session(opened: Callable[..., Session]) -> Session:
    return opened()
