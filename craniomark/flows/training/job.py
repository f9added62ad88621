"""One run from its config: data, task, identity, loop."""

import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch

import craniomark
from craniomark.flows.datasets.folders import user_data_folder
from craniomark.flows.pipeline.stopping import Stopped
from craniomark.flows.training.cache import Cache
from craniomark.flows.training.config.compose import Config, command_of, config_of
from craniomark.flows.training.config.instantiate import refused, tells_a_setting
from craniomark.flows.training.config.keys import config_type, keys_of
from craniomark.flows.training.data import Told, TrainingData, training_data
from craniomark.flows.training.device import is_first_process
from craniomark.flows.training.early import check_start
from craniomark.flows.training.identity import Identity, code_sha256, this_machine
from craniomark.flows.training.kept.keep import Keep, code_of_samples, libraries
from craniomark.flows.training.registry import TaskEntry, task_entry
from craniomark.flows.training.resume import flat
from craniomark.flows.training.run import Outcome, run_training
from craniomark.flows.training.task import Task
from craniomark.flows.training.trouble import told_troubles
from craniomark.flows.training.watch import is_alive
from craniomark.ground.checks import InputError

_CPU = torch.device("cpu")
Listener = Callable[[dict[str, Any]], None]
CACHE = "cache"
NOT_RECORDED = ("cache",)
"""Keys of the config that say where things lie and nothing of what is learnt."""


def run_job(
    entry: TaskEntry,
    config: Config,
    listen: Listener | None = None,
    stop_file: Path | None = None,
    parent: int | None = None,
    job: str | None = None,
) -> Outcome:
    """Train as a config says, or go on with what lies in its folder.

    Parameters
    ----------
    entry : TaskEntry
        The task.
    config : Config
        Of this run; its ``out`` is the run folder.
    listen : callable, optional
        Is given each event.
    stop_file, parent
        As for `run_training`.
    job : str, optional
        Name in the events; by default the task's.

    Raises
    ------
    InputError
        If data, config and run folder don't fit one another.
    Stopped
        If the stop file is there before training has begun.
    """
    # Its remarks on precision and devices are none of the user's; what matters, the run's log tells.
    for part in ("fabric.utilities.rank_zero", "pytorch.utilities.rank_zero", "fabric.utilities.distributed"):
        logging.getLogger(f"lightning.{part}").setLevel(logging.WARNING)
    name = job or entry.name
    if not is_first_process(config.settings.loop):
        listen = None
    tell = listen or (lambda _event: None)

    def told(what: str, number: int, count: int) -> None:
        if stop_file is not None and stop_file.exists():
            raise Stopped(f"stopped by {stop_file} before training had begun")
        if parent is not None and not is_alive(parent):
            raise Stopped(f"stopped by the end of the parent process {parent}")
        tell({"event": "progress", "job": name, "name": what, "step": number, "of": count})

    settings = config.settings
    out, cache = Path(settings.out), cache_folder(settings)
    if entry.data is None:
        check_start(settings, recorded(config), Cache(cache))
    with told_troubles(out, "while the data are prepared", _CPU):
        data = data_of(entry, settings, cache, told)
    tell({"event": "log", "job": name, "message": split_words(data)})
    with told_troubles(out, "while the network is made", _CPU):
        task = built(entry, config, data)
    keep = Keep(cache, sample_parts(entry, config, data), partial(task_again, entry.name, config.plain))
    return run_training(
        task, settings.loop, out, identity(config, data), listen, stop_file, parent, job, keep
    )


def data_of(entry: TaskEntry, settings: Any, cache: Path, told: Told = lambda *_: None) -> Any:
    """What a task learns from, prepared in its own way or as landmarked skulls are."""
    return (entry.data or training_data)(settings, entry.spacing(settings), cache, told)


def task_again(name: str, plain: dict[str, Any]) -> Task:
    """The same task in another process, from the prepared specimens."""
    entry = task_entry(name)
    config = config_of(entry, plain)
    settings = config.settings
    return built(entry, config, data_of(entry, settings, cache_folder(settings)))


def sample_parts(entry: TaskEntry, config: Config, data: TrainingData) -> dict[str, Any]:
    """All that the samples of a run depend on, beside seed and step."""
    left_out = {"loop", "out", "data", "template", CACHE, *entry.not_in_samples}
    return {
        "config": {key: value for key, value in config.plain.items() if key not in left_out},
        "files": dict(data.files),
        "training": [example.id for example in data.training],
        "groups": dict(data.groups),
        "code": code_of_samples(),
        "libraries": libraries(),
    }


def built(entry: TaskEntry, config: Config, data: TrainingData) -> Task:
    """The task with its first weights, which follow from the seed alone.

    Raises
    ------
    InputError
        If settings and data do not fit one another.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.settings.loop.seed)
        try:
            return entry.build(config.settings, data)
        except ValueError as error:
            if not tells_a_setting(error):
                raise
            told = refused(error, command_of(entry))
            key = _key_of(entry, config, told)
            raise InputError(told.file, key, told.value, told.remedy) from error


def _key_of(entry: TaskEntry, config: Config, told: InputError) -> str:
    """The whole key of a field that an error names by its last part, where that tells which it is."""
    found = [key.path for key in keys_of(config_type(entry)) if key.path.rpartition(".")[2] == told.field]
    if len(found) > 1:
        shown = {path: str(value) for path, value in flat(config.plain).items()}
        found = [key for key in found if shown.get(key) == told.value]
    return found[0] if len(found) == 1 else told.field


def identity(config: Config, data: TrainingData) -> Identity:
    """What a run depends on."""
    seed = config.settings.loop.seed
    return Identity(
        craniomark.__version__, recorded(config), dict(data.files), seed, this_machine(), code_sha256()
    )


def recorded(config: Config) -> dict[str, Any]:
    """The config as a run keeps it."""
    return {key: value for key, value in config.plain.items() if key not in NOT_RECORDED}


def cache_folder(settings: Any) -> Path:
    """Where prepared specimens are kept: the user's own folder where the one that is set can't be written."""
    folder = Path(settings.cache) if settings.cache else Path(settings.out) / CACHE
    if folder.is_dir() and not os.access(folder, os.W_OK):
        return user_data_folder() / CACHE
    return folder


def split_words(data: TrainingData) -> str:
    """Who is trained on and what the validation is worth, in a sentence."""
    count = f"Trains on {len(data.training)} specimens"
    if data.held_out:
        return f"{count} and validates on {', '.join(e.id for e in data.validation)}, which are held out."
    return f"{count} and validates on the same, so its figures are no accuracy: nothing is held out."
