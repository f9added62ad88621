"""The files of the repository, and the Slicer extension configured against a stand-in Slicer."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SLICER = Path(__file__).with_name("stand_in_slicer")
MODULES = "lib/Slicer-5.12/qt-scripted-modules"
"""Where scripted modules lie in a build or an installation; the stand-in has the same."""


def run(*words: object) -> str:
    """Run a program; returns all that it says."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@dataclass(frozen=True)
class Extension:
    """The extension as CMake has configured it.

    Attributes
    ----------
    build : Path
        Build tree.
    output : str
        What CMake said.
    """

    build: Path
    output: str

    @property
    def told(self) -> dict[str, str]:
        """What the Extensions Manager is told, by key."""
        return dict(re.findall(r"told (\w+)=(.*)", self.output))

    def make(self) -> Path:
        """Build; returns the folder of modules in the build tree."""
        run("cmake", "--build", self.build)
        return self.build / MODULES

    def install(self, prefix: Path) -> Path:
        """Install what was built; returns the folder of modules in the installation."""
        run("cmake", "--install", self.build, "--prefix", prefix)
        return prefix / MODULES


@pytest.fixture(scope="session")
def extension(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Extension:
    """Return the configured extension; skip where CMake is missing."""
    if shutil.which("cmake") is None or shutil.which("c++") is None:
        pytest.skip("cmake and a C++ compiler are needed to configure the extension")
    build = tmp_path_factory.mktemp("build")
    options = (f"-DSlicer_DIR={SLICER}", "-DBUILD_TESTING=ON")
    return Extension(build, run("cmake", "-S", repository, "-B", build, *options))


@pytest.fixture(scope="session")
def source_files(repository: Path) -> set[str]:
    """Return the tracked files, and new ones that git does not ignore, relative to the root."""
    if shutil.which("git") is None or not (repository / ".git").exists():
        pytest.skip("not a git checkout: the tracked files are unknown")
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(words, cwd=repository, capture_output=True, check=True, text=True)
    return {name for name in done.stdout.split("\0") if name and (repository / name).is_file()}


@pytest.fixture(scope="module")
def benchmarks(repository: Path) -> Iterator[Path]:
    """Give the folder of the benchmarks, whose modules can be imported meanwhile."""
    folder = repository / "Testing" / "Benchmarks"
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
