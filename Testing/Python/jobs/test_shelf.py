"""Models that stay loaded as long as their files stay as they are."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from craniomark.flows.pipeline import model as model_module
from craniomark.flows.pipeline.prediction import Options
from craniomark.flows.pipeline.request import Request
from craniomark.ground.resources import resource_folder
from craniomark.jobs.shelf import MOST, Shelf


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the shipped bundle, whose loading costs nothing."""
    shipped = next(iter(sorted((resource_folder() / "Models").iterdir())))
    shutil.copytree(shipped, tmp_path / "copy")
    monkeypatch.setattr(model_module, "load_model", lambda *_: object())
    return tmp_path / "copy"


def loaded(shelf: Shelf, request: Request) -> Any:
    predictor = shelf.predictor(request)
    predictor.load(str(request.model))
    return predictor._models[str(request.model)][0]


def asked(bundle: Path, device: str = "cpu") -> Request:
    return Request(Path("out"), Options(device=device), str(bundle))


def test_a_model_is_loaded_once(bundle: Path) -> None:
    shelf = Shelf()
    assert loaded(shelf, asked(bundle)) is loaded(shelf, asked(bundle))


def test_a_changed_file_is_read_again(bundle: Path) -> None:
    shelf = Shelf()
    first = loaded(shelf, asked(bundle))
    os.utime(bundle / "bundle.json", ns=(1, 1))
    assert loaded(shelf, asked(bundle)) is not first
    assert len(shelf._kept) == 1


def test_another_device_has_its_own(bundle: Path) -> None:
    shelf = Shelf()
    assert loaded(shelf, asked(bundle)) is not loaded(shelf, asked(bundle, "auto"))


def test_few_are_kept(bundle: Path) -> None:
    shelf = Shelf()
    for device in ("cpu", "auto", "cuda"):
        loaded(shelf, asked(bundle, device))
    assert len(shelf._kept) == MOST
