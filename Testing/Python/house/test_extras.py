"""No extra that Slicer's pip installs may bring vtk or SimpleITK: Slicer has its own, unseen by pip."""

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OWN_OF_SLICER = {"vtk", "simpleitk"}
IN_SLICER = ["core", "cli", "train", "batch", "cluster"]
OUTSIDE = {"standalone": OWN_OF_SLICER, "web": {"vtk"}}


def declared(repository: Path, extra: str) -> list[str]:
    """Return the requirements of the core together with those of `extra`."""
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["dependencies"] + ([] if extra == "core" else project["optional-dependencies"][extra])


def closure(requirements: list[str]) -> tuple[set[str], set[str]]:
    """Follow installed metadata: the names reached, and those of them that are not installed here."""
    reached: set[str] = set()
    missing: set[str] = set()
    done: set[tuple[str, str]] = set()
    waiting = [(Requirement(r), "") for r in requirements]
    while waiting:
        requirement, parent_extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": parent_extra}):
            continue
        name = canonicalize_name(requirement.name)
        reached.add(name)
        try:
            below = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            missing.add(name)
            continue
        for extra in ["", *requirement.extras]:
            if (name, extra) not in done:
                done.add((name, extra))
                waiting += [(Requirement(r), extra) for r in below]
    return reached, missing


@pytest.mark.parametrize("extra", IN_SLICER)
def test_installed_metadata_keeps_slicers_own_out(repository, extra):
    reached, missing = closure(declared(repository, extra))
    assert not reached & OWN_OF_SLICER
    if extra in ("core", "cli"):
        assert not missing, "the environment of `make test` holds these, so that they are followed to the end"


def test_the_extra_for_use_outside_slicer_brings_them(repository):
    assert OUTSIDE["standalone"] <= closure(declared(repository, "standalone"))[0]


def test_the_closure_follows_extras_of_extras(repository):
    """Guard of the guard: tifffile comes by the extra alone, platformdirs only through pooch."""
    core, cli = (closure(declared(repository, extra))[0] for extra in ("core", "cli"))
    assert "platformdirs" in cli - core
    assert "platformdirs" not in declared(repository, "cli")


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("extra", [*IN_SLICER, *OUTSIDE])
def test_pip_resolves_the_extra(repository, extra):
    pin = re.search(r"^torch==\S+", (repository / "constraints-dev.txt").read_text(), re.MULTILINE).group()
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
    wanted = [pin, *declared(repository, extra)]
    done = subprocess.run(
        [*command, "--report", "-", *wanted], capture_output=True, encoding="utf-8", timeout=300
    )
    if done.returncode != 0:
        pytest.skip(f"pip resolved nothing here: {done.stderr.strip().splitlines()[-1:]}")
    chosen = {canonicalize_name(p["metadata"]["name"]) for p in json.loads(done.stdout)["install"]}
    assert chosen & OWN_OF_SLICER == (OUTSIDE.get(extra, set()) & chosen)
    assert OUTSIDE.get(extra, set()) <= chosen
