"""The floors of the house: what may be imported, and how large a file may be."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

LONGEST_FILE = 400
MEDIAN_FILE = 150
# What Slicer brings itself, what only some installs have, and what is slow to import.
LAZY = ["vtk", "vtkmodules", "SimpleITK", "matplotlib", "jinja2", "pooch", "tifffile", "typer", "rich"]
ABSENT = [*LAZY, "lightning", "hydra", "pandas", "sklearn", "dask", "slicer", "qt", "hypothesis", "pytest"]
IMPORT_ALL = """
import importlib, pkgutil, sys
for name in {absent!r}:
    sys.modules[name] = None
package = importlib.import_module({package!r})
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
    print(module.name)
"""


def library_files(repository: Path) -> list[Path]:
    return sorted((repository / "craniomark").rglob("*.py"))


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("floor", ["ground", "engine", "tasks", "flows"])
def test_a_floor_imports_with_the_core_alone(repository, floor):
    script = IMPORT_ALL.format(absent=ABSENT, package=f"craniomark.{floor}")
    done = subprocess.run([sys.executable, "-c", script], cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_importing_the_package_alone_brings_nothing_heavy(repository):
    script = "import sys, craniomark; print(sorted({'torch', 'numpy', 'scipy', 'monai'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=repository, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_no_file_of_python_is_long(repository):
    files = [*library_files(repository), *(repository / "Testing").rglob("*.py")]
    long = {str(f.relative_to(repository)): lines(f) for f in files if lines(f) > LONGEST_FILE}
    assert not long


def test_most_files_hold_one_idea(repository):
    assert statistics.median(lines(f) for f in library_files(repository)) < MEDIAN_FILE


def test_numbers_of_landmarks_come_from_the_bundle(repository):
    """The public sets have 51 and 55 landmarks; neither number may steer the code."""
    found = [
        f"{file.relative_to(repository)}:{node.lineno}"
        for file in library_files(repository)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in (51, 55) and type(node.value) is int
    ]
    assert not found


def test_tests_lie_where_their_code_lies(repository):
    tests, library = repository / "Testing" / "Python", repository / "craniomark"
    folders = {f.parent.relative_to(tests) for f in tests.rglob("test_*.py")} - {Path("house")}
    assert [str(f) for f in sorted(folders) if not (library / f).is_dir()] == []
