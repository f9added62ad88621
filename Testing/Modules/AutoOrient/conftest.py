"""The panel with a child of odd jobs, which take no time to start; and with the real one."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
ODD = [sys.executable, str(REPOSITORY / "Testing" / "Python" / "desktop" / "odd_child.py")]
sys.path[:0] = [str(REPOSITORY), str(HERE)]


@pytest.fixture(scope="session")
def boards() -> Iterator[None]:
    """Let panels use a child of odd jobs."""
    from craniomark.desktop import shared
    from craniomark.desktop.board import JobBoard
    from craniomark.flows.jobs import JobClient

    shared._held["board"] = JobBoard(lambda listen: JobClient(listen, python=ODD, polite=False))
    yield
    shared.close()


@pytest.fixture
def panel(boards: None, opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give the open panel; jobs that a test leaves are ended, and the training is forgotten."""
    import SampleData
    from craniomark.desktop import requirements, shared
    from looking import MODULE, double

    monkeypatch.setattr(SampleData, "_craniomark", False, raising=False)
    monkeypatch.setattr(requirements, "_complete", set())
    shared._held.pop("training", None)
    yield opened(MODULE)
    shared.board().client.cancel_all()
    double.settle(lambda: not shared.board().busy, 120)


@pytest.fixture
def make_volume(slicer: Any) -> Callable[..., Any]:
    """Return what makes volumes of a few voxels, placed obliquely."""

    def make(name: str = "scan", shape: tuple[int, int, int] = (7, 6, 5)) -> Any:
        voxels = np.arange(np.prod(shape), dtype=np.int16).reshape(shape)
        node = slicer.util.addVolumeFromArray(voxels, name=name)
        node.SetSpacing(0.5, 0.6, 0.7)
        node.SetOrigin(3, -4, 5)
        return node

    return make


@pytest.fixture
def volume(scene: Any, make_volume: Callable[..., Any]) -> Any:
    """Return a volume of the scene."""
    return make_volume()


@pytest.fixture
def chosen(panel: Any, volume: Any) -> Any:
    """Return the volume, chosen in the panel."""
    panel.ui.inputSelector.pick(volume)
    return volume
