"""Manners of the Slicer modules: what they do as they load, install and download; what the README tells."""

import ast
import re
import sys
from pathlib import Path

import pytest

MODULES = ("AutoOrient", "AutoLandmark", "DeepSSMModule")
IN_SLICER = {"slicer", "vtk", "qt", "ctk", "SimpleITK", "numpy", "scipy", "craniomark"}
PAGE = "docs/reference/slicer-extension.md"
NETWORK = {
    "urllib.request",
    "urllib3",
    "requests",
    "httpx",
    "aiohttp",
    "http.client",
    "ftplib",
    "smtplib",
    "pooch",
}


def trees(folders: list[Path]) -> dict[str, ast.Module]:
    """Parsed Python files of folders, by path."""
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    return {str(file): ast.parse(file.read_text(encoding="utf-8")) for file in files}


@pytest.fixture(scope="module")
def modules(repository):
    return trees([repository / name for name in MODULES if (repository / name).is_dir()])


@pytest.fixture(scope="module")
def loaded(repository, modules):
    """All files that Slicer's process may load as a panel opens."""
    return modules | trees([repository / "craniomark" / "desktop", repository / "craniomark" / "mrml"])


def imported(node: ast.stmt) -> list[str]:
    """Modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_only_what_slicer_has_is_imported_at_file_scope(loaded):
    known = IN_SLICER | set(sys.stdlib_module_names)
    odd = {
        (file, name)
        for file, tree in loaded.items()
        for node in tree.body
        for name in imported(node)
        if name.split(".")[0] not in known
    }
    assert loaded and not odd


def test_modules_do_nothing_as_they_are_imported(modules):
    """Definitions and imports, and one call that lets Python find the library."""
    assert modules
    for file, tree in modules.items():
        kinds = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)
        rest = [node for node in tree.body[1:] if not isinstance(node, kinds)]
        assert [ast.unparse(node) for node in rest] == ["findLibrary()"], file


def test_torch_is_never_installed_by_pip(loaded):
    for file, tree in loaded.items():
        names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not names & {"pip_install", "check_call", "Popen"}, file


def test_only_one_file_speaks_to_the_network(repository):
    """And it reads: nothing is sent. The server of the review answers, and is no part of the modules."""
    found = {
        Path(file).relative_to(repository).as_posix()
        for file, tree in trees([repository / name for name in ("craniomark", *MODULES)]).items()
        if {name for node in ast.walk(tree) for name in imported(node)} & NETWORK
    }
    server = {name for name in found if name.startswith("craniomark/web/")}
    for name in server:
        asking = r"urlopen|ClientSession|\brequests\b|create_connection|https?://(?!127|\{)"
        assert not re.search(asking, (repository / name).read_text(encoding="utf-8")), name
    found -= server
    assert found == {"craniomark/flows/datasets/download.py"}
    text = (repository / found.pop()).read_text(encoding="utf-8")
    assert not re.search(r"\bdata=|method=.(POST|PUT)|\.post\(|\.put\(", text)


@pytest.fixture(scope="module")
def readme(repository):
    return (repository / "README.md").read_text(encoding="utf-8")


def test_the_readme_has_what_the_index_asks_for(readme, modules):
    section = readme[readme.index("## In 3D Slicer") :].split("\n## ")[0]
    for file in modules:
        name = Path(file).stem
        assert re.search(rf"\*\*{name}\*\* [^|\n]{{20,}}", section), f"no sentence on {name}"
    assert len(re.findall(r"!\[.+?\]\(Resources/Screenshots/\S+\.png\)", section)) >= len(modules)
    assert "docs/tutorial/in-slicer.md" in section and "## How to cite" in readme
    assert "Apache License 2.0" in readme


def test_the_readme_tells_which_slicer_ran_the_tests(readme):
    assert re.search(r"run in a real\s+Slicer: \*\*(not yet|5\.\d+\.\d+)\*\*", readme)


def test_the_answers_name_tests_that_there_are(repository, source_files):
    text = (repository / PAGE).read_text(encoding="utf-8")
    paths = [name for name in source_files if name.startswith("Testing/")]
    tests = "\n".join(
        (repository / name).read_text(encoding="utf-8") for name in paths if name.endswith(".py")
    )
    for name in re.findall(r"`(Testing/[\w./-]*|CMake/[\w.]+|craniomark/[\w./]+|Resources/[\w./-]+)`", text):
        assert (repository / name).exists(), name
    named = set(re.findall(r"`(test_\w+)`", text))
    assert named and {name for name in named if f"def {name}(" not in tests} == set()


def test_every_line_of_the_index_is_answered(repository):
    text = (repository / PAGE).read_text(encoding="utf-8")
    assert [int(n) for n in re.findall(r"^\*\*(\d+)\. .+\?\*\*", text, re.MULTILINE)] == list(range(1, 12))
    rows = {
        head: len(re.findall(r"^\| (?!asked|-)", part, re.MULTILINE))
        for head, part in zip(
            *[iter(re.split(r"^## (Tier \d).*$", text, flags=re.MULTILINE)[1:])] * 2, strict=True
        )
    }
    assert rows["Tier 1"] >= 13 and rows["Tier 3"] >= 7 and rows["Tier 5"] >= 4
