"""The tasks that can be trained: an open list of names and the modules that know them."""

import importlib
import importlib.util
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from craniomark.flows.training.task import Task
from craniomark.ground.checks import InputError

MODULES = {
    "orient": "craniomark.flows.training.orient_task",
    "landmark": "craniomark.flows.training.landmark_task",
    "focus": "craniomark.flows.training.focus_task",
    "register": "craniomark.flows.training.register_task",
    "shape": "craniomark.flows.training.shape_task",
    "segment": "craniomark.flows.training.segment_task",
}
"""Modules by task; each holds its `TaskEntry` as ``ENTRY``. One that isn't there is no task yet."""

ADDED = "CRANIOMARK_TASKS"
"""Environment variable that names further such modules, separated by commas."""


@dataclass(frozen=True)
class TaskEntry:
    """A task for ``craniomark train``.

    Attributes
    ----------
    name : str
        As on the command line.
    about : str
        One line for the help.
    settings : mapping of str to type
        Settings dataclasses by the key under which they are set, e.g. ``{"model": NetworkSettings}``.
    build : callable
        Makes the task from the config, which has an attribute for each of `settings`, and from the data.
    spacing : callable
        From the config to the voxels, mm, in which the task wants specimens; 0: as fine as they are.
    not_in_samples : tuple of str
        Those of `settings` that no sample depends on, so that runs which differ in them share kept ones.
    data : callable, optional
        How its data are prepared, in place of `training_data` and called like it, where they are no
        landmarked skulls. The result has ``training``, ``validation`` (each with an ``id``), ``groups``,
        ``files`` and ``held_out``, as `TrainingData` has.
    """

    name: str
    about: str
    settings: Mapping[str, type]
    build: Callable[[Any, Any], Task]
    spacing: Callable[[Any], float]
    not_in_samples: tuple[str, ...] = ()
    data: Callable[..., Any] | None = None


def task_names() -> list[str]:
    """Names of the tasks that there are."""
    there = [name for name, module in MODULES.items() if importlib.util.find_spec(module)]
    return [*there, *(entry.name for entry in _added())]


def task_entry(name: str) -> TaskEntry:
    """The task of that name.

    Raises
    ------
    InputError
        If there is none; the nearest name stands in the sentence.
    """
    if name in MODULES and importlib.util.find_spec(MODULES[name]):
        return _entry(MODULES[name])
    for entry in _added():
        if entry.name == name:
            return entry
    names = task_names()
    near = get_close_matches(name, names, 1)
    remedy = f"choose one of {', '.join(names)}" + (f"; the nearest is {near[0]}" if near else "")
    raise InputError("craniomark train", "task", repr(name), remedy)


def _added() -> list[TaskEntry]:
    return [_entry(module) for module in os.environ.get(ADDED, "").split(",") if module.strip()]


def _entry(module: str) -> TaskEntry:
    try:
        entry = importlib.import_module(module.strip()).ENTRY
    except (ImportError, AttributeError) as error:
        raise InputError(
            ADDED, module, f"not usable ({error})", "name modules with a TaskEntry ENTRY"
        ) from error
    if not isinstance(entry, TaskEntry):
        raise InputError(ADDED, module, "without a TaskEntry ENTRY", "name modules that have one")
    return entry
