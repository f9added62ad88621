"""Real MRML classes, as slicer-core brings them, and scenes of them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


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
