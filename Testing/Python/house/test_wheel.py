"""The wheel is complete: library, type marker, resources, command and licence."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

BUILD = "from hatchling.build import {call}; print({call}({folder!r}))"


def built(repository: Path, folder: Path, call: str) -> zipfile.ZipFile:
    script = BUILD.format(call=call, folder=str(folder))
    done = subprocess.run([sys.executable, "-c", script], cwd=repository, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(folder / done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def wheel(repository, tmp_path_factory):
    with built(repository, tmp_path_factory.mktemp("wheel"), "build_wheel") as archive:
        yield archive


def test_resources_are_inside_the_package(repository, wheel):
    names = set(wheel.namelist())
    assert "craniomark/_resources/Icons/CranioMark.png" in names
    models = repository / "Resources" / "Models"
    files = [p for p in models.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")]
    wanted = {f"craniomark/_resources/Models/{p.relative_to(models).as_posix()}" for p in files}
    assert wanted <= names


def test_only_what_a_user_needs_is_inside(wheel):
    names = [n for n in wheel.namelist() if ".dist-info/" not in n]
    assert [n for n in names if not n.startswith("craniomark/") or "Screenshots" in n] == []


def test_library_type_marker_and_command_are_there(wheel):
    names = wheel.namelist()
    assert {"craniomark/__init__.py", "craniomark/py.typed"} <= set(names)
    entry = wheel.read(next(n for n in names if n.endswith("entry_points.txt"))).decode()
    assert "craniomark = craniomark.cli.main:main" in entry


def test_metadata_tell_licence_versions_and_extras(wheel):
    text = wheel.read(next(n for n in wheel.namelist() if n.endswith("/METADATA"))).decode()
    assert "License-Expression: Apache-2.0" in text
    assert re.search(r"Requires-Python: (>=3\.11,<3\.14|<3\.14,>=3\.11)", text)
    extras = set(re.findall(r"Provides-Extra: (\S+)", text))
    assert {"cli", "standalone", "train", "web", "batch", "cluster", "dev"} <= extras


def test_an_editable_install_copies_no_resources(repository, tmp_path):
    with built(repository, tmp_path, "build_editable") as archive:
        assert [n for n in archive.namelist() if "_resources" in n] == []
