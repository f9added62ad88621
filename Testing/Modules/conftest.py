"""The double of Slicer's desktop, patched into Qt for the whole process: these tests have one of their own.

With ``Slicer --testing --python-script`` the real classes take its place.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import pytest

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS", "1")
os.environ["QT_QPA_PLATFORM"] = "offscreen"
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def _missing() -> str:
    """Why the double can not be started here; empty where it can, or a real Slicer has taken its place."""
    if "double" in sys.modules:
        return ""
    try:
        import PySide6.QtWidgets  # noqa: F401
        import slicer.util  # noqa: F401
    except ImportError as error:
        return str(error)
    return ""


MISSING = _missing()
if MISSING:
    if os.environ.get("CI") and sys.version_info < (3, 13):  # for which there is no slicer-core
        raise RuntimeError(f"the tests of the modules can not run: {MISSING}")
    collect_ignore_glob = ["*"]


def pytest_report_header() -> str:
    """Say why there are no tests."""
    return f"tests of the modules are left out: {MISSING}" if MISSING else "double of Slicer's desktop"


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the source tree."""
    return HERE.parents[1]


@pytest.fixture(scope="session")
def slicer() -> ModuleType:
    """Start the double, once."""
    import double

    return double.install()


@pytest.fixture
def scene(slicer: ModuleType):
    """Give the scene, empty, with nothing on record."""
    import double

    double.fresh_scene()
    return slicer.mrmlScene


@pytest.fixture
def opened(scene) -> Iterator[Callable]:
    """Give a function that opens a module by its file; at the end nothing must have gone wrong unheard."""
    import double

    del scene
    panels = []
    with ExitStack() as closing:

        def open_(path: Path | str) -> "double.Panel":
            panels.append(double.open_module(path))
            closing.callback(double.close_module, panels[-1])
            return panels[-1]

        yield open_
        for panel in panels:
            double.assert_clean(panel)
    double.assert_clean()


@pytest.fixture
def many(tmp_path: Path) -> list[Path]:
    """Return 3,000 scans of one folder, each with its landmarks beside it; all are empty files."""
    folder = tmp_path / "many"
    folder.mkdir()
    scans = [folder / f"skull {number:04}.nrrd" for number in range(3000)]
    for scan in scans:
        scan.touch()
        scan.with_suffix(".mrk.json").touch()
    return scans
