"""The two commands of the README and where they find the data."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TARGETS = ["demo", "test", "check", "bench", "format", "wheel", "icon", "screenshots", "mutants", "clean"]


def planned(folder: Path, *arguments: str, **environment: str) -> str:
    """Return what make would run in `folder`, without running it."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "CRANIOMARK"))}
    command = ["make", "-n", *arguments]
    done = subprocess.run(command, cwd=folder, env=clean | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def clone(repository, tmp_path) -> Path:
    """Make a folder with what the Makefile reads, and no environment yet."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    folder = tmp_path / "a clone"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints-dev.txt", "hatch_build.py"):
        shutil.copy(repository / name, folder)
    return folder


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_can_be_planned_on_a_fresh_clone(clone, target):
    assert planned(clone, target)


def test_all_icons_are_drawn(clone, repository):
    plan = planned(clone, "icon")
    assert all(path.name in plan for path in (repository / "Resources" / "Icons").glob("*.py"))


def test_torch_is_installed_first_alone_and_pinned(clone):
    installs = [line for line in planned(clone, "test").splitlines() if "pip install" in line]
    assert installs[0].split("install", 1)[1].split() == ["--quiet", "torch==2.13.0"]
    assert "-c constraints-dev.txt" in installs[1]


def test_the_environment_is_made_once(clone):
    stamp = clone / ".venv" / ".made"
    stamp.parent.mkdir()
    stamp.touch()
    assert "pip install" not in planned(clone, "test")


def test_data_beside_the_clone_are_found_and_a_users_choice_wins(clone):
    (clone / "print.mk").write_text("include Makefile\nprint:\n\t@echo data=$${CRANIOMARK_DATA}\n")

    def data(**environment: str) -> str:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "CRANIOMARK"))}
        command = ["make", "-s", "-f", "print.mk", "print"]
        done = subprocess.run(command, cwd=clone, env=clean | environment, capture_output=True, text=True)
        return done.stdout.strip()

    assert data() == "data="
    beside = clone.parent / "shared" / "data"
    beside.mkdir(parents=True)
    assert data() == f"data={beside}"
    assert data(CRANIOMARK_DATA="elsewhere") == "data=elsewhere"
