"""One update of the weights, checked before it is made."""

import time
from typing import Any

import torch

from craniomark.flows.training.ahead import Batches
from craniomark.flows.training.device import Objective
from craniomark.flows.training.files import RunFolder
from craniomark.flows.training.kept.batches import PlannedBatches
from craniomark.flows.training.randomness import seed_generators, seed_of
from craniomark.flows.training.schedule import rate_of
from craniomark.flows.training.settings import LoopSettings
from craniomark.flows.training.sharing import part_of_step, shares
from craniomark.flows.training.state import Counters
from craniomark.flows.training.task import Batch, Task
from craniomark.flows.training.trouble import faulty_specimens, loss_trouble, not_finite


class Updates:
    """Makes updates with AdamW (Loshchilov and Hutter 2019) on the devices of a Fabric.

    Parameters
    ----------
    task, settings : Task, LoopSettings
        What and how.
    folder : RunFolder
        Named in errors.
    fabric : lightning.fabric.Fabric
        Launched.
    planned : PlannedBatches, optional
        Where batches are shown more than once.
    """

    def __init__(
        self, task: Task, settings: LoopSettings, folder: RunFolder, fabric: Any,
        planned: PlannedBatches | None = None,
    ) -> None:  # fmt: skip
        self._network, self._settings, self._folder, self._fabric = task.network, settings, folder, fabric
        self._task, self._objective = task, Objective(task)
        trained = [p for p in task.network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            trained, lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self._wrapped, self._stepper = fabric.setup(self._objective, self.optimizer)
        self._batches = Batches(task, settings.batches_ahead, settings.steps, planned)
        self._planned = planned
        self.waited = self.worked = 0.0
        """Seconds in which samples were waited for, and of all updates."""
        self.whole = True
        """Whether the weights are those right after an update, so that they may be saved."""

    def make(self, at: Counters) -> dict[str, float]:
        """Make the update that follows `at`, which isn't changed, and return the terms of its loss.

        Raises
        ------
        InputError
            If loss or gradient aren't finite, naming terms and specimens, or as the task raises it.
        """
        began = time.perf_counter()
        whole = self._batches.get(seed_of(self._settings.seed, at.attempt), at.step)
        self.waited += time.perf_counter() - began
        batch = part_of_step(whole, self._fabric).to(self._fabric.device)
        seed = seed_of(self._settings.seed, at.attempt, self._fabric.global_rank)
        seed_generators(seed, at.step, "update")
        terms = self._wrapped(dict(batch.tensors), batch.names, at.step)
        stacked = torch.stack([term.float().reshape(()) for term in terms.values()])
        if self._fabric.world_size > 1:
            stacked = stacked * shares(self._task, whole, self._fabric, list(terms)).to(stacked.device)
        values = dict(zip(terms, stacked.tolist(), strict=True))
        bad = not_finite(values)
        if self._anywhere(bool(bad)):
            self._give_up(", ".join(bad) or "in another process", batch, seed, at.step, None)
        self.optimizer.zero_grad()
        self._fabric.backward(stacked.sum())
        for group in self.optimizer.param_groups:
            group["lr"] = rate_of(self._task, self._settings, at.step)
        self._clip(batch, seed, at.step)
        self.whole = False
        self._stepper.step()
        told = self._of_all(values)
        self.worked += time.perf_counter() - began
        return told

    def cache_words(self) -> str:
        """What the cache was worth, in a sentence; empty without one."""
        if self._planned is None or not self.worked:
            return ""
        number = self._planned.read + self._planned.made
        return (
            f"Of {number} batches {self._planned.read} were read from the cache; "
            f"the network waited for samples {self.waited / self.worked:.1%} of the time."
        )

    def close(self) -> None:
        """Let go of what prepares batches."""
        self._batches.close()

    def _clip(self, batch: Batch, seed: int, step: int) -> None:
        largest = self._settings.gradient_clip or float("inf")
        norm = self._fabric.clip_gradients(
            self._wrapped, self._stepper, max_norm=largest, error_if_nonfinite=False
        )
        if not bool(norm.isfinite()):
            self._give_up("its gradient", batch, seed, step, self._network)

    def _of_all(self, values: dict[str, float]) -> dict[str, float]:
        """The terms of the whole batch, of those of the processes."""
        if self._fabric.world_size == 1:
            return values
        told = self._fabric.all_reduce(torch.tensor(list(values.values()), device=self._fabric.device))
        return dict(zip(values, told.tolist(), strict=True))

    def _anywhere(self, here: bool) -> bool:
        if self._fabric.world_size == 1:
            return here
        flag = torch.tensor(float(here), device=self._fabric.device)
        return bool(self._fabric.all_reduce(flag, reduce_op="sum") > 0)

    def _give_up(
        self, what: str, batch: Batch, seed: int, step: int, network: torch.nn.Module | None
    ) -> None:
        def terms_of(part: Batch) -> dict[str, torch.Tensor]:
            with self._fabric.autocast():
                terms: dict[str, torch.Tensor] = self._objective(part.tensors, part.names, step)
                return terms

        self.whole = False  # weights that lead here are no place to go on from
        names = faulty_specimens(terms_of, batch, seed, step, network)
        raise loss_trouble(self._folder.path, step, what, names)
