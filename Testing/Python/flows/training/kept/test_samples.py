"""Samples of real tasks: made again elsewhere they are the same, and kept ones belong to their recipe."""

import json
import pickle
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from animals_on_disk import animals_folder

from craniomark.flows.training.config.compose import Config, compose
from craniomark.flows.training.data import training_data
from craniomark.flows.training.job import built, cache_folder, sample_parts, task_again
from craniomark.flows.training.kept import store as module
from craniomark.flows.training.kept.store import Store
from craniomark.flows.training.registry import task_entry

ENTRY = task_entry("landmark")
SMALL = ("fold=0", "template_spacing=0.5", "model.unet.filters=[8,16]", "model.spacing=1.2")
__all__ = ["animals_folder"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def config_of(folder: Path, cache: Path, *words: str) -> Config:
    return compose(ENTRY, [f"data={folder}", f"out={cache / 'run'}", f"cache={cache}", *SMALL, *words])


def parts_of(folder: Path, cache: Path, *words: str) -> dict[str, Any]:
    config = config_of(folder, cache, *words)
    data = training_data(config.settings, ENTRY.spacing(config.settings), cache)
    return sample_parts(ENTRY, config, data)


def test_samples_made_again_and_kept_are_the_same_to_the_bit(
    animals_folder: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SPARE_BYTES", 0)
    config = config_of(animals_folder, cache)
    data = training_data(config.settings, ENTRY.spacing(config.settings), cache_folder(config.settings))
    task = built(ENTRY, config, data)
    again = pickle.loads(pickle.dumps(partial(task_again, ENTRY.name, config.plain)))()
    store = Store(tmp_path, task.name, sample_parts(ENTRY, config, data), 10**9)
    store.open()
    for step in (0, 7):
        store.write(3, step, again.batch(3, step))
        wanted, found = task.batch(3, step), store.read(3, step)
        assert found and found.names == wanted.names and found.tensors.keys() == wanted.tensors.keys()
        for name, tensor in wanted.tensors.items():
            assert torch.equal(found.tensors[name].nan_to_num(9), tensor.nan_to_num(9)), name


def test_what_samples_depend_on_and_what_they_do_not(animals_folder: Path, cache: Path) -> None:
    first = parts_of(animals_folder, cache)
    assert json.loads(json.dumps(first)) == first
    for words in (["loop.learning_rate=0.5", "loop.cache_rounds=3"], ["objective.variance=0.5"]):
        assert parts_of(animals_folder, cache, *words) == first
    for words in (["samples.batch=3"], ["model.spacing=1.3"], ["fold=1"]):
        assert parts_of(animals_folder, cache, *words) != first
