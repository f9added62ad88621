"""The networks that the stages have trained."""

from pathlib import Path
from typing import Any

from craniomark.flows.pipeline.landmark_networks import Ensembles, Member, Rough
from craniomark.flows.training.config.compose import Config, config_of
from craniomark.flows.training.data import TrainingData, training_data
from craniomark.flows.training.everything.work import Work
from craniomark.flows.training.files import RunFolder, read_json
from craniomark.flows.training.job import built, cache_folder
from craniomark.flows.training.registry import TaskEntry, task_entry
from craniomark.flows.training.tensors import load_weights
from craniomark.tasks.landmark.levels.rough import farthest_points


def trained_orient(work: Work) -> Any:
    """The orientation network."""
    entry, config, data = _run(work, "orient", work.out / "orient")
    return _network(entry, config, data, work.out / "orient")


def trained_ensembles(work: Work) -> Ensembles:
    """The landmark networks, each with the specimens that it has not seen."""
    count, recipe = work.recipe.members, work.recipe
    levels = count if recipe.landmark is not None else 0
    return Ensembles(
        tuple(_member(work, "landmark", n) for n in range(levels)),
        tuple(_member(work, "focus", n) for n in range(count)),
        _trained_rough(work) if recipe.rough is not None else None,
    )


def _trained_rough(work: Work) -> Rough:
    folder = work.out / "rough"
    entry, config, data = _run(work, "landmark", folder)
    chosen = farthest_points(data.frame.mean, config.settings.landmarks.rough)
    return Rough(_network(entry, config, data, folder), data.frame.mean, chosen)


def _member(work: Work, task: str, number: int) -> Member:
    folder = work.member(task, number)
    entry, config, data = _run(work, task, folder)
    return Member(_network(entry, config, data, folder), tuple(e.id for e in data.validation))


def _run(work: Work, task: str, folder: Path) -> tuple[TaskEntry, Config, TrainingData]:
    entry = task_entry(task)
    recorded = read_json(RunFolder(folder).identity)["config"]
    places = {"data": work.settings.data, "template": work.template, "cache": work.cache, "out": folder}
    config = config_of(entry, recorded | {name: str(place) for name, place in places.items()})
    settings = config.settings
    return entry, config, training_data(settings, entry.spacing(settings), cache_folder(settings))


def _network(entry: TaskEntry, config: Config, data: TrainingData, folder: Path) -> Any:
    task = built(entry, config, data)
    load_weights(task.network, RunFolder(folder).weights)
    return task.network.eval().requires_grad_(False)
