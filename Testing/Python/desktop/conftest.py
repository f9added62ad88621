"""Boards whose child has odd jobs, which take no time to start."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from waiting import until

from craniomark.desktop.board import JobBoard
from craniomark.flows.jobs import JobClient

ODD = [sys.executable, str(Path(__file__).with_name("odd_child.py"))]


@pytest.fixture(scope="session")
def long_lived() -> Iterator[JobBoard]:
    """Give a board of a process with odd jobs: one for all tests, as in the program."""
    made = JobBoard(lambda listen: JobClient(listen, python=ODD, polite=False))
    yield made
    made.close(20.0)


@pytest.fixture
def board(long_lived: JobBoard) -> Iterator[JobBoard]:
    """Give the board; jobs that a test leaves are ended."""
    yield long_lived
    long_lived.client.cancel_all()
    until(long_lived, lambda: not long_lived.busy)


@pytest.fixture(scope="session")
def slicer() -> ModuleType:
    """Return the package with the node classes."""
    return pytest.importorskip("slicer", reason="slicer-core has no wheel for this Python")


@pytest.fixture
def scene(slicer: ModuleType) -> Iterator[Any]:
    """Give an empty scene."""
    scene = slicer.vtkMRMLScene()
    yield scene
    scene.Clear(1)
