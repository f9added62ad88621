"""Training of networks that register images: ``craniomark train register model=NAME``."""

import importlib
from dataclasses import dataclass
from typing import Any

from craniomark.flows.training.data import TrainingData
from craniomark.flows.training.registry import TaskEntry
from craniomark.flows.training.task import Task

KINDS = {
    "affine": "craniomark.flows.training.register_affine",
    "elastic": "craniomark.flows.training.register_elastic",
}
"""Modules by the kind of network; each holds ``SETTINGS`` (by key), ``build`` and ``spacing``."""


@dataclass(frozen=True)
class RegisterChoice:
    """Which network is trained, and how it is validated.

    Attributes
    ----------
    kind : str
        Of the network, as the groups ``model=...`` set it.
    trials : int
        Pairs in each validation.
    degrees : float
        Largest angle between the images of a validation.
    """

    kind: str = "affine"
    trials: int = 64
    degrees: float = 60.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is {self.kind!r}: choose one of {', '.join(KINDS)}")
        if self.trials < 1:
            raise ValueError(f"trials is {self.trials}: give at least 1")
        if not 0 <= self.degrees <= 175:
            raise ValueError(f"degrees is {self.degrees}: give 0 to 175")


def _module(kind: str) -> Any:
    return importlib.import_module(KINDS[kind])


def _settings() -> dict[str, type]:
    found: dict[str, type] = {"choice": RegisterChoice}
    for kind in KINDS:
        found |= _module(kind).SETTINGS
    return found


def _build(config: Any, data: TrainingData) -> Task:
    task: Task = _module(config.choice.kind).build(config, data)
    return task


def _spacing(config: Any) -> float:
    return float(_module(config.choice.kind).spacing(config))


ENTRY = TaskEntry(
    name="register",
    about="Networks that register images (model=affine_params, affine_matrix, elastic_diff).",
    settings=_settings(),
    build=_build,
    spacing=_spacing,
)
