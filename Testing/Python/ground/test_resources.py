"""Where the shipped files are found."""

from pathlib import Path

import pytest

from craniomark.ground import resources
from craniomark.ground.checks import InputError


def copy_of_the_library(folder: Path) -> Path:
    module = folder / "craniomark" / "ground" / "resources.py"
    module.parent.mkdir(parents=True)
    module.touch()
    return module


def test_the_source_tree_is_read_in_place(repository):
    assert resources.resource_folder() == repository / "Resources"


def test_resources_inside_an_installed_library_come_first(tmp_path, monkeypatch):
    module = copy_of_the_library(tmp_path)
    (tmp_path / "Resources").mkdir()
    inside = tmp_path / "craniomark" / "_resources"
    inside.mkdir()
    monkeypatch.setattr(resources, "__file__", str(module))
    monkeypatch.setattr(resources, "files", lambda package: tmp_path / package)
    assert resources.resource_folder() == inside


def test_a_library_without_resources_says_what_to_do(tmp_path, monkeypatch):
    module = copy_of_the_library(tmp_path)
    monkeypatch.setattr(resources, "__file__", str(module))
    monkeypatch.setattr(resources, "files", lambda package: tmp_path / package)
    with pytest.raises(InputError, match="copy the folder Resources"):
        resources.resource_folder()
