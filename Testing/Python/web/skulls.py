"""A folder of small skulls of balls, with results, and a desk on a scene without views."""

import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from craniomark.desktop.board import JobBoard
from craniomark.flows.jobs import JobClient
from craniomark.ground.landmarks import Annotation, LandmarkSet, write_landmarks
from craniomark.ground.volumes import Volume, write_volume

ODD = [sys.executable, str(Path(__file__).parents[1] / "desktop" / "odd_child.py")]
LABELS = ("a", "b", "c")
PLACES = np.array([[-4.0, 0.0, 0.0], [4.0, 0.0, 0.0], [0.0, 4.0, 0.0]])
KNOWN = (Annotation(0.1, "ok", "predicted"), Annotation(0.5, "review", "predicted"),
         Annotation(0.2, "ok", "predicted"))  # fmt: skip


def ball(radius=4.0, size=24, spacing=0.5):
    """A bright ball about the origin."""
    matrix = np.diag([spacing] * 3 + [1.0])
    matrix[:3, 3] = -spacing * (size - 1) / 2
    far = np.linalg.norm(np.argwhere(np.ones((size,) * 3)) * spacing + matrix[:3, 3], axis=1)
    voxels = np.clip(1000 * (radius - far) + 500, 0, 1000).reshape((size,) * 3)
    return Volume(voxels.astype(np.int16), matrix)


@pytest.fixture(scope="session")
def slicer():
    return pytest.importorskip("slicer", reason="slicer-core has no wheel for this Python")


@pytest.fixture
def scene(slicer):
    scene = slicer.vtkMRMLScene()
    yield scene
    scene.Clear(1)


@pytest.fixture
def shelf(tmp_path):
    """Three scans; the first two have landmarks, the third was not predicted."""
    place = tmp_path / "scans"
    place.mkdir()
    for name in ("one", "two", "three"):
        write_volume(ball(), place / f"{name}.nrrd")
    given = LandmarkSet(LABELS, PLACES, dict(zip(LABELS, KNOWN, strict=True)))
    for name in ("one", "two"):
        write_landmarks(given, place / "craniomark" / f"{name}.csv")
    return place


@pytest.fixture
def make_desk(scene):
    """Make desks that are closed at the end."""
    from craniomark.web.desk import Desk
    from craniomark.web.options import Options

    made = []

    def make(source, odd=False, **options):
        board = JobBoard(lambda told: JobClient(told, python=ODD, polite=False)) if odd else None
        desk = Desk(lambda: scene, source, Options(**options), board)
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def until():
    """Poll a desk until something holds."""

    def until(desk, holds, seconds=60.0):
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "it did not come about in time"
            desk.board.poll()
            time.sleep(0.01)

    return until


@pytest.fixture
def opened(make_desk, shelf, until):
    """Open the first specimen of the shelf by a desk."""
    desk = make_desk(shelf)
    desk.open("one")
    until(desk, lambda: desk.current)
    return desk


@pytest.fixture
def views():
    """Record what views are asked to do."""
    asked = []
    return SimpleNamespace(
        asked=asked, arrange=lambda layout: asked.append(layout), reset=lambda: asked.append("reset"),
        follow=lambda lps: asked.append(tuple(np.round(lps, 6))), slice_node=None,
    )  # fmt: skip
