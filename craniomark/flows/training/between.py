"""What is told of a step: curves, validation, pictures. None of it changes what is learned."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from craniomark.flows.training.average import MovingAverage
from craniomark.flows.training.events import Teller
from craniomark.flows.training.files import RunFolder
from craniomark.flows.training.randomness import seed_generators
from craniomark.flows.training.settings import LoopSettings
from craniomark.flows.training.state import Counters
from craniomark.flows.training.task import Task, Watched
from craniomark.flows.training.tensors import write_tensors


class Between:
    """Tells, validates and draws between two updates; the same again when a run resumes there."""

    def __init__(
        self, task: Task, settings: LoopSettings, folder: RunFolder, fabric: Any, teller: Teller
    ) -> None:
        self._task, self._settings, self._folder = task, settings, folder
        self._fabric, self._teller = fabric, teller

    def tell(self, at: Counters, average: MovingAverage) -> bool:
        """Tell of the step of `at`, and note the validation's figures there.

        Returns
        -------
        bool
            Whether the task says that its network has collapsed.
        """
        last = at.step == self._settings.steps
        if at.sums and (last or at.step % self._settings.metrics_every == 0):
            means = {f"loss/{name}": total / number for name, (total, number) in at.sums.items()}
            self._teller.metrics(at.step, {**means, "learning_rate": at.learning_rate})
        validated = last or at.step % self._settings.validate_every == 0
        every = self._settings.pictures_every
        drawn = last or bool(every and at.step and at.step % every == 0)
        if not (validated or drawn):
            return False
        with self._evaluating(at, average):
            if validated:
                self._validate(at)
            if drawn and self._fabric.is_global_zero:
                for name, pixels in self._task.pictures().items():
                    self._teller.picture(at.step, name, pixels)
        self._fabric.barrier()
        watched = validated and at.step > 0 and isinstance(self._task, Watched)
        return watched and self._task.collapsed(at.figures)  # type: ignore[attr-defined]

    @contextmanager
    def _evaluating(self, at: Counters, average: MovingAverage) -> Iterator[None]:
        network = self._task.network
        modes = [(module, module.training) for module in network.modules()]
        seed_generators(self._settings.seed + at.attempt, at.step, "validation")
        network.eval()
        try:
            with average.shown(), torch.no_grad():
                yield
        finally:
            for module, training in modes:
                module.training = training

    def _validate(self, at: Counters) -> None:
        figures: dict[str, float] = {}
        if self._fabric.is_global_zero:
            figures = {name: float(value) for name, value in self._task.validate().items()}
            self._teller.metrics(at.step, {f"validation/{name}": v for name, v in figures.items()})
        if self._fabric.world_size > 1:
            figures = self._fabric.broadcast(figures)
        at.figures = figures
        first = next(iter(figures.values()), float("nan"))
        if first < (float("inf") if at.best is None else at.best):
            at.best = first
            if self._settings.result == "best" and self._fabric.is_global_zero:
                notes = {"task": self._task.name, "step": at.step}
                write_tensors(self._folder.best, self._task.network.state_dict(), notes)
