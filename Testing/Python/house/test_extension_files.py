"""What the Slicer extension installs is what the repository holds: no file forgotten, none too many."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

LISTS = ("MODULE_PYTHON_SCRIPTS", "MODULE_PYTHON_RESOURCES")
OWN = ("CMakeLists.txt", "ruff.toml")
"""Files of a module's folder that are for its makers."""
IMPORTS = """
import craniomark
from craniomark.ground.resources import resource_folder
from craniomark.desktop.requirements import FILES
from craniomark.flows.bundle import find_bundles
print(craniomark.__file__)
print(resource_folder())
assert all((resource_folder() / name).is_file() for names in FILES.values() for name in names)
assert [one.name for one in find_bundles() if one.place == "shipped" and not one.problem]
"""
OPENS = """
import sys
from pathlib import Path
import double
double.install()
for name in ("AutoLandmark", "AutoOrient", "DeepSSMModule"):
    file = Path(sys.argv[1]) / f"{name}.py"
    panel = double.open_module(file)
    assert panel.widget.ui is not None, "the panel says that it found no library"
    train = getattr(panel.widget, "trainPanel", None)
    assert (train.ui.trainStart if train else panel.ui.trainButton).text
    double.assert_clean(panel)
    double.close_module(panel)
    print(file.name)
import craniomark
print(craniomark.__file__)
"""


def listed(module: Path) -> list[str]:
    """Files that a module's CMakeLists.txt names."""
    text = (module / "CMakeLists.txt").read_text(encoding="utf-8")
    found = [re.search(rf"set\({name}\s([^)]*)\)", text) for name in LISTS]
    words = " ".join(match.group(1) for match in found if match).split()
    return [word.replace("${MODULE_NAME}", module.name) for word in words]


def of_module(files: set[str], name: str) -> set[str]:
    """Files of a module that belong into an installation, relative to its folder."""
    inside = {file.removeprefix(f"{name}/") for file in files if file.startswith(f"{name}/")}
    return {file for file in inside if file not in OWN}


def modules(repository: Path) -> list[Path]:
    return sorted(path.parent for path in repository.glob("*/CMakeLists.txt"))


def wanted(repository: Path, files: set[str]) -> set[str]:
    """Files of a complete installation, relative to the folder of scripted modules."""
    found = {file for file in files if file.startswith("craniomark/")}
    resources = {file.removeprefix("Resources/") for file in files if file.startswith("Resources/")}
    found |= {
        f"craniomark/_resources/{file}"
        for file in resources
        if not file.startswith("Screenshots/") and not file.endswith(".py")
    }
    return found.union(*(of_module(files, module.name) for module in modules(repository)))


def held(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def built(extension):
    return extension.make()


@pytest.fixture(scope="module")
def installed(extension, built, tmp_path_factory):
    assert built.is_dir()
    return extension.install(tmp_path_factory.mktemp("prefix"))


@pytest.mark.parametrize("name", ["AutoOrient", "AutoLandmark", "DeepSSMModule"])
def test_a_module_lists_each_of_its_files_once(repository, source_files, name):
    if not (repository / name / "CMakeLists.txt").is_file():
        pytest.skip(f"{name} is not written yet")
    names = listed(repository / name)
    assert sorted(names) == sorted(of_module(source_files, name))


def test_modules_have_no_file_of_the_same_name(repository, source_files):
    """All modules of an extension lie in one folder: the second file would replace the first."""
    names = [file for module in modules(repository) for file in of_module(source_files, module.name)]
    assert len(names) == len(set(names))


def test_the_installation_is_complete_and_holds_nothing_else(repository, source_files, installed):
    assert held(installed) == wanted(repository, source_files)


def test_the_build_tree_is_too(repository, source_files, built):
    assert held(built) == wanted(repository, source_files)


def test_what_is_gone_from_the_source_goes_from_the_build_tree(extension, built):
    left = built / "craniomark" / "left_over.py"
    left.touch()
    extension.make()
    assert not left.exists()


def test_requirements_are_installed(installed):
    names = {path.name for path in (installed / "craniomark" / "_resources").glob("requirements*.txt")}
    assert names == {"requirements.txt", "requirements-train.txt"}


def run_python(code: str, *words: str, folders: list[Path], cwd: Path) -> list[str]:
    """Run code that finds modules in `folders` first; returns the lines that it prints."""
    path = os.pathsep.join(map(str, folders))
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, *words],
        env=os.environ | {"PYTHONPATH": path}, cwd=cwd, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_the_installed_library_runs_on_its_own_resources(installed, tmp_path):
    library, resources = run_python(IMPORTS, folders=[installed], cwd=tmp_path)[:2]
    assert Path(library).resolve().is_relative_to(installed.resolve())
    assert Path(resources).resolve() == (installed / "craniomark" / "_resources").resolve()


def test_installed_modules_open(repository, installed, tmp_path):
    """In the double of Slicer's desktop; an installation that was moved finds its library, too."""
    if not (find_spec("PySide6") and find_spec("slicer")):
        pytest.skip("the double of Slicer's desktop needs PySide6 and slicer-core")
    moved = tmp_path / "moved here" / "modules"
    shutil.copytree(installed, moved)
    lines = run_python(OPENS, str(moved), folders=[repository / "Testing" / "Modules"], cwd=tmp_path)
    assert {"AutoOrient.py", "AutoLandmark.py", "DeepSSMModule.py"} <= set(lines)
    assert any(Path(line).is_relative_to(moved) for line in lines if line.endswith("craniomark/__init__.py"))
