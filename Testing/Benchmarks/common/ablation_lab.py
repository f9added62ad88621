"""Trains the networks of one fold and seed for the ablation, each once."""

import csv
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from common.bundles import bundle_without_networks, write_atlases
from common.specimens import Known, split
from craniomark.flows.pipeline.model import Model, load_model
from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.data import TrainingData, training_data
from craniomark.flows.training.job import built, identity
from craniomark.flows.training.registry import task_entry
from craniomark.flows.training.run import run_training
from craniomark.ground.checks import written_whole

RECIPE_STEPS = {"landmark": 600, "focus": 500}
"""Of the quick recipes."""
_CLOCK = "cpu_seconds.txt"
_QUIET = ("recipe=quick", "loop.tensorboard=false", "loop.restarts=0")

_AS_TRIED = {
    "landmark": ("model.heads=both", "samples.first=0.3", "samples.grown_after=400"),
    "focus": ("whole.model.heads=both", "whole.samples.first=0.3", "whole.samples.grown_after=400"),
}
"""Settings of the recipe when the ideas were tried, where the default is another since."""


@dataclass(eq=False)
class Lab:
    """What one unit of the ablation trains and spends.

    Attributes
    ----------
    known : list of Known
        All specimens.
    fold, seed : int
        Of this unit.
    work : Path
        Folder of the runs, which units share.
    steps : int, optional
        Steps of each network in place of its recipe's, which makes the result an incomplete one.
    """

    known: list[Known]
    fold: int
    seed: int
    work: Path
    steps: int | None = None
    taken: int = field(default=0, init=False)
    wanted: int = field(default=0, init=False)
    seconds: float = field(default=0.0, init=False)

    @cached_property
    def data_list(self) -> Path:
        """All specimens, each with the half of the series that it is in as its group."""
        path = self.work / "specimens.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        number = {k.id: int(k.id.split("_")[-1]) for k in self.known}
        middle = sorted(number.values())[len(number) // 2]
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "path", "landmarks", "group"])
            for k in self.known:
                half = "first" if number[k.id] < middle else "second"
                writer.writerow([k.id, k.specimen.path, k.specimen.landmarks, half])
        return path

    @cached_property
    def data(self) -> TrainingData:
        """What level 1 learns from, in its own template's frame."""
        entry = task_entry("landmark")
        config = compose(entry, self._words("landmark", "data", ()))
        return training_data(config.settings, entry.spacing(config.settings), self._cache)

    @cached_property
    def registration(self) -> Model:
        """The bundle without networks of the fold's eight atlases."""
        return load_model(self._bundle(f"atlases{self.fold}", split(self.known, self.fold)[0]))

    @cached_property
    def other_template(self) -> Path:
        """A bundle whose template is made from half of the fold's atlases."""
        half = split(self.known, self.fold)[0][::2]
        return Path(self._bundle(f"half{self.fold}", half).folder)

    @property
    def _cache(self) -> Path:
        return self.work / "cache"

    def train(
        self,
        name: str,
        words: tuple[str, ...] = (),
        task: str = "landmark",
        seed: int | None = None,
        begin: Callable[[torch.nn.Module], None] | None = None,
    ) -> Any:
        """The task of that name, trained; its time and steps are the unit's.

        Parameters
        ----------
        name : str
            Of the run.
        words : tuple of str
            Settings beside the quick recipe's.
        task : str
            ``landmark`` or ``focus``.
        seed : int, optional
            Another than the unit's.
        begin : callable, optional
            Gives the network other first weights.
        """
        seed = self.seed if seed is None else seed
        folder = f"{name.replace(' ', '-').replace(',', '')}-fold{self.fold}-seed{seed}"
        entry = task_entry(task)
        config = compose(entry, self._words(task, folder, (*words, f"loop.seed={seed}")))
        data = training_data(config.settings, entry.spacing(config.settings), self._cache)
        made = built(entry, config, data)
        made.collapsed = lambda _figures: False  # type: ignore[attr-defined]  # a collapse is a result here
        if begin:
            begin(made.network)
        out = Path(config.settings.out)
        with _counted(out):
            outcome = run_training(made, config.settings.loop, out, identity(config, data))
        self.taken, self.wanted = self.taken + outcome.step, self.wanted + RECIPE_STEPS[task]
        self.seconds += _spent(out)
        return made

    def _words(self, task: str, folder: str, words: tuple[str, ...]) -> list[str]:
        steps = self.steps or RECIPE_STEPS[task]
        where = [f"data={self.data_list}", f"out={self.work / folder}", f"cache={self._cache}"]
        length = [f"loop.steps={steps}", f"loop.validate_every={steps}", f"fold={self.fold}", "folds=5"]
        given = {word.split("=")[0] for word in words}
        length += [word for word in _AS_TRIED[task] if word.split("=")[0] not in given]
        if self.steps:
            length.append("loop.warmup_steps=0")
        return [*where, *_QUIET, *length, *words]

    def _bundle(self, name: str, atlases: list[Known]) -> Any:
        return bundle_without_networks(write_atlases(atlases, self.work / f"{name}.csv"), self.work / name)


@contextmanager
def _counted(run: Path) -> Iterator[None]:
    """Add the processor time of the content to that which the run has taken before."""
    start = time.process_time()
    try:
        yield
    finally:
        total = _spent(run) + time.process_time() - start
        with written_whole(run / _CLOCK) as part:
            Path(part).write_text(f"{total:.1f}", encoding="utf-8")


def _spent(run: Path) -> float:
    """Seconds of one core."""
    clock = run / _CLOCK
    return float(clock.read_text(encoding="utf-8")) if clock.exists() else 0.0
