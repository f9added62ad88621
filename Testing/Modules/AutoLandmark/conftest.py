"""The panel with a child of odd jobs, which take no time to start."""

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

    if "board" not in shared._held:
        shared._held["board"] = JobBoard(lambda listen: JobClient(listen, python=ODD, polite=False))
    yield
    shared.close()


@pytest.fixture
def pictures() -> None:
    """Let landmarks be drawn, which takes half a second that other tests need not spend."""


@pytest.fixture
def panel(
    boards: None,
    opened: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Any]:
    """Give the open panel, with a folder of results; jobs that a test leaves are ended."""
    import SampleData
    from craniomark.desktop import landmark_pictures, requirements, shared
    from watching import MODULE, double

    monkeypatch.setattr(SampleData, "_craniomark", False, raising=False)
    monkeypatch.setattr(requirements, "_complete", set())
    if "pictures" not in request.fixturenames:
        monkeypatch.setattr(landmark_pictures, "_drawn", lambda *_: {})
    shared._held.pop("training", None)
    shown = opened(MODULE)
    shown.ui.resultsLine.currentPath = str(tmp_path / "results")
    shown.ui.observerLine.text = "Anna"
    yield shown
    shared.board().client.cancel_all()
    double.settle(lambda: not shared.board().busy, 120)


@pytest.fixture
def volume(scene: Any, slicer: Any) -> Any:
    """Return a volume whose bone begins at x = 2.25 mm (L), half a millimetre a voxel."""
    voxels = np.zeros((12, 12, 12), np.int16)
    voxels[:, :, :5] = 1000
    node = slicer.util.addVolumeFromArray(voxels, name="skull")
    matrix = slicer.util.vtkMatrixFromArray(np.diag([-0.5, -0.5, 0.5, 1.0]))
    node.SetIJKToRASMatrix(matrix)
    return node


@pytest.fixture
def predicted(panel: Any, volume: Any) -> Any:
    """Return the panel after a prediction, at the first point of its review."""
    from watching import finished

    panel.ui.inputSelector.pick(volume)
    panel.ui.predictButton.click()
    assert finished(panel)
    return panel


@pytest.fixture
def real_board(panel: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Let the panel's presenters ask a child that computes."""
    from craniomark.desktop import shared
    from craniomark.desktop.board import JobBoard

    board, desk = JobBoard(), panel.widget.desk
    board.wake = shared._held["pump"].timer.start
    for holder in (shared._held["pump"], desk, desk.predict, desk.refine, desk.folder, desk.background):
        monkeypatch.setattr(holder, "_board", board)
    monkeypatch.setattr(desk.pictures, "_follow", board.follow)
    yield board
    board.close(20.0)
