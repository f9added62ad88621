"""Packages: asked for in a handler, torch first by its extension, the rest without it."""

import sys
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from craniomark.desktop import requirements
from craniomark.ground.checks import InputError
from craniomark.ground.resources import resource_folder


class Installer:
    """In place of ``slicer.packaging``: knows what is installed, and what an installation would do."""

    def __init__(self):
        self.there, self.calls, self.error = set(), [], None

    def load_requirements(self, path):
        from pathlib import Path

        lines = Path(path).read_text().splitlines()
        return [Requirement(line) for line in lines if line and not line.startswith("#")]

    def pip_check(self, one):
        return one.name in self.there

    def pip_ensure(self, wanted, skip_packages, requester):
        self.calls.append(([one.name for one in wanted], skip_packages, requester))
        if self.error:
            raise self.error
        self.there |= {one.name for one in wanted}


@pytest.fixture
def installer(monkeypatch):
    made, torch = Installer(), ModuleType("PyTorchUtils")

    class Logic:
        def installTorch(self, askConfirmation, torchVersionRequirement):  # noqa: N802, N803 - Slicer's names
            made.calls.append(("torch", askConfirmation, torchVersionRequirement))
            made.there.add("torch")
            return object()

    torch.PyTorchUtilsLogic = Logic
    package = ModuleType("slicer")
    package.packaging = made
    monkeypatch.setitem(sys.modules, "slicer", package)
    monkeypatch.setitem(sys.modules, "PyTorchUtils", torch)
    monkeypatch.setattr(requirements, "_complete", set())
    return made


def test_torch_comes_first_and_by_its_extension(installer):
    requirements.ensure()
    first, (names, skipped, requester) = installer.calls
    assert first == ("torch", True, ">=2.10")
    assert "torch" not in names and "monai" in names and "torch" in skipped and requester == "CranioMark"


def test_nothing_is_asked_where_all_is_there(installer):
    installer.there = {"numpy", "scipy", "torch", "monai", "safetensors"}
    requirements.ensure()
    assert installer.calls == []


def test_training_needs_more(installer):
    requirements.ensure("train")
    assert "lightning" in installer.calls[-1][0]


def test_it_is_looked_once_until_something_is_told_missing(installer):
    requirements.ensure()
    installer.there.clear()
    requirements.ensure()
    requirements.forget()
    requirements.ensure()
    assert len(installer.calls) == 4


def test_no_network_is_a_sentence(installer):
    installer.error = RuntimeError("pip failed\nno route to the index.")
    with pytest.raises(InputError, match="no route to the index: allow its installation"):
        requirements.ensure()


@pytest.mark.usefixtures("installer")
def test_declining_torch_is_a_sentence(monkeypatch):
    monkeypatch.setattr(sys.modules["PyTorchUtils"].PyTorchUtilsLogic, "installTorch", lambda *_, **__: None)
    with pytest.raises(InputError, match="torch: Python package is not installed"):
        requirements.ensure()


def test_declining_the_rest_is_a_sentence(installer, monkeypatch):
    monkeypatch.setattr(installer, "pip_ensure", lambda *_, **__: None)
    with pytest.raises(InputError, match="monai"):
        requirements.ensure()


@pytest.mark.usefixtures("installer")
def test_without_the_pytorch_extension_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    with pytest.raises(InputError, match="install the extension PyTorch"):
        requirements.ensure()


@pytest.mark.usefixtures("installer")
def test_an_old_slicer_is_named(monkeypatch):
    monkeypatch.delattr(sys.modules["slicer"], "packaging")
    with pytest.raises(InputError, match=r"version 5\.12"):
        requirements.ensure()


def test_the_lists_are_those_of_the_package(repository):
    import tomllib

    told = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    for name, wanted in (
        ("requirements.txt", told["dependencies"]),
        ("requirements-train.txt", told["optional-dependencies"]["train"]),
    ):
        lines = (resource_folder() / name).read_text().splitlines()
        assert sorted(line for line in lines if not line.startswith("#")) == sorted(wanted)
