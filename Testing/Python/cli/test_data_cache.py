"""``craniomark data cache``: what it lists, what it deletes, and what it leaves alone."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from craniomark.cli import data, exits
from craniomark.flows.training.cache import Cache, Entry
from craniomark.flows.training.kept.store import ABOUT, Store
from craniomark.flows.training.task import Batch


def run(*arguments: object) -> int:
    return exits.run(data.app, ["cache", *map(str, arguments)])


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """The cache of a run: old samples, samples in use, a prepared scan, and a file that is none of its."""
    folder = tmp_path / "run" / "cache"
    Cache(folder).entry("scan", {"a": 1}, lambda: Entry(np.zeros(50_000, np.uint8), {}))
    for task, age in (("landmark", 86400), ("orient", 0)):
        store = Store(folder, task, {"recipe": 1}, 10**9)
        store.open()
        for step in range(3):
            store.write(0, step, Batch({"x": torch.ones(2, 5000)}, ("a", "b")))
        then = time.time() - age
        os.utime(store.path / ABOUT, (then, then))
    (folder / "mine.txt").write_text("mine")
    return folder


def kept(cache: Path) -> list[str]:
    return sorted({path.parent.name.split("-")[0] for path in cache.glob("batches/*/[0-9]*.npy")})


def test_it_lists_samples_and_prepared_scans(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cache) == 0
    told = capsys.readouterr().out
    assert "samples of landmark" in told and "samples of orient" in told and "3 batches" in told
    assert told.count("in use") == 1
    assert kept(cache) == ["landmark", "orient"]


def test_the_folder_of_a_run_does_as_well(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cache.parent) == 0
    assert "samples of landmark" in capsys.readouterr().out


def test_samples_are_deleted_but_not_those_in_use(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(cache, "--delete") == 0
    assert "1 in use stay" in capsys.readouterr().out
    assert kept(cache) == ["orient"] and len(list(cache.glob("scan-*"))) == 2


def test_prepared_scans_go_with_all_and_files_of_others_stay(cache: Path) -> None:
    assert run(cache, "--all") == 0
    assert not list(cache.glob("scan-*")) and (cache / "mine.txt").exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "nowhere") == 2
    assert "nowhere: folder is not there: give a cache folder" in capsys.readouterr().err
