"""Faces stay thin: few lines know Qt, and none of those below the faces."""

import ast
from pathlib import Path

import pytest

QT = {"qt", "ctk"}
MOST_LINES = 1200
PLACES = ("AutoOrient/", "AutoLandmark/", "DeepSSMModule/", "craniomark/")


def names_of(node: ast.ImportFrom) -> list[str]:
    return [one.name for one in node.names]


def knows_qt(code: str) -> bool:
    """Whether a file imports qt or ctk, in whatever way, or gets them through another module."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import) and any(one.name.split(".")[0] in QT for one in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and QT & {(node.module or "").split(".")[0], *names_of(node)}:
            return True
        if isinstance(node, ast.Attribute) and node.attr in QT:
            return True
        if isinstance(node, ast.Constant) and node.value in QT:
            return True
    return False


@pytest.fixture(scope="module")
def files(repository, source_files):
    """Lines of each Python file of the product that knows Qt."""
    python = [name for name in source_files if name.startswith(PLACES) and name.endswith(".py")]
    assert len(python) > 100
    texts = {name: (repository / name).read_text(encoding="utf-8") for name in python}
    return {name: len(text.splitlines()) for name, text in texts.items() if knows_qt(text)}


def test_files_that_know_qt_are_short_together(files):
    assert files and sum(files.values()) < MOST_LINES, files


def test_only_faces_know_qt(files):
    places = ("AutoOrient/", "AutoLandmark/", "DeepSSMModule/", "craniomark/desktop/")
    assert [name for name in files if not name.startswith(places)] == []


@pytest.mark.parametrize(
    "code",
    [
        "import qt", "import ctk as c", "from qt import QTimer", "from slicer import qt",
        "def f():\n    import qt", "import slicer\nslicer.qt.QTimer()", "import sys\nsys.modules['qt']",
        "__import__('ctk')", "import importlib\nimportlib.import_module('qt')", "from __main__ import qt",
    ],
)  # fmt: skip
def test_each_way_to_qt_is_seen(code):
    assert knows_qt(code)


@pytest.mark.parametrize("code", ["import slicer", "from craniomark import qtable", "'a qt in a text'"])
def test_other_names_are_not(code):
    assert not knows_qt(code)


def test_scripts_of_the_modules_are_written_once(repository):
    """A module's folder holds one Python file: what modules share lies in the library."""
    for name in ("AutoOrient", "AutoLandmark", "DeepSSMModule"):
        assert [path.name for path in Path(repository / name).rglob("*.py")] == [f"{name}.py"]
