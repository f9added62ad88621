"""The panel with a child of odd jobs, which take no time to start."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
ODD = [sys.executable, str(REPOSITORY / "Testing" / "Python" / "desktop" / "odd_child.py")]
sys.path[:0] = [str(REPOSITORY), str(HERE), str(REPOSITORY / "Testing" / "Python" / "desktop")]


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
    """Give the open panel; jobs that a test leaves are ended."""
    import SampleData
    from craniomark.desktop import requirements, shared
    from seeing import MODULE, double

    monkeypatch.setattr(SampleData, "_craniomark", False, raising=False)
    monkeypatch.setattr(requirements, "_complete", set())
    yield opened(MODULE)
    shared.board().client.cancel_all()
    double.settle(lambda: not shared.board().busy, 120)


@pytest.fixture
def project(panel: Any, tmp_path: Path) -> Path:
    """Return the folder of a project that is chosen, with meshes."""
    from seeing import choose_project

    return choose_project(panel, tmp_path, "project")


@pytest.fixture
def trained(panel: Any, project: Path) -> Path:
    """Return the folder of a project whose network is trained and tested."""
    from seeing import made

    choices = panel.widget.steps.choices()
    for name in ("model", "augment", "loaders"):
        made(getattr(choices, name)())
    choices.train()  # writes the config
    made(choices.test())
    return project


@pytest.fixture
def analysed(panel: Any, trained: Path) -> Path:
    """Return the folder of a project whose predictions are analysed, and the worst shown."""
    from seeing import finished, made

    made(panel.widget.steps.choices().analyze())
    panel.ui.loadResultsButton.click()
    assert finished(panel)
    return trained
