"""Every package that the library imports is declared by it, and not brought along by another."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

# Under another name than that of the package; and what stands in for a whole extra.
IMPORTED_AS = {
    "scikit-learn": {"sklearn"},
    "dask": {"distributed", "dask"},
    "hydra-core": {"hydra", "omegaconf"},
    "trame": {"trame", "trame_client", "trame_server", "wslink"},
    "trame-rca": {"trame_rca"},
    "trame-slicer": {"trame_slicer", "undo_stack"},
    "trame-vuetify": {"trame_vuetify"},
}
# What only Slicer brings, and the floors that may ask for it.
SLICER = {"SampleData", "PyTorchUtils", "ctk", "qt", "slicer"}
FACES = ("desktop", "mrml", "web")
SHIPPED = ("cli", "standalone", "train", "web", "batch", "cluster")


def imported(folder: Path) -> dict[str, str]:
    """Return top-level packages that are imported anywhere below `folder`, and one file that does."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            found |= {name.partition(".")[0]: path.name for name in names}
    return found


def declared(repository: Path) -> set[str]:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"]]
    for extra in SHIPPED:
        lines += project["optional-dependencies"][extra]
    names = {re.split(r"[\[<>=~! ]", line)[0] for line in lines}
    return names.union(*(IMPORTED_AS.get(name, {name}) for name in names))


def undeclared(folder: Path, known: set[str]) -> dict[str, str]:
    own = {"craniomark", "vtkmodules", *sys.stdlib_module_names}
    return {name: where for name, where in imported(folder).items() if name not in known | own}


def test_what_is_imported_is_declared(repository: Path) -> None:
    assert undeclared(repository / "craniomark", declared(repository) | SLICER) == {}


def test_only_the_faces_import_what_slicer_brings(repository: Path) -> None:
    for folder in sorted(path for path in (repository / "craniomark").iterdir() if path.is_dir()):
        asked = SLICER & set(imported(folder))
        assert folder.name in FACES or not asked, f"{folder.name} imports {asked}"


@pytest.mark.parametrize("line", ["import click", "def f():\n    from click.testing import CliRunner"])
def test_what_is_not_declared_is_found(repository: Path, tmp_path: Path, line: str) -> None:
    (tmp_path / "new.py").write_text(line + "\n", encoding="utf-8")
    assert undeclared(tmp_path, declared(repository)) == {"click": "new.py"}
