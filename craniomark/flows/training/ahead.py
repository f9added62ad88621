"""Batches in order, prepared ahead by threads if asked for: the same batches either way."""

from concurrent.futures import Future, ThreadPoolExecutor

import torch

from craniomark.flows.training.kept.batches import PlannedBatches
from craniomark.flows.training.randomness import seed_generators
from craniomark.flows.training.task import Batch, Task


class Batches:
    """The batches of a task, which are functions of seed and step.

    Without threads torch's generators are seeded before each batch; threads share the generators,
    so that a task whose batches are prepared ahead must draw from its own.

    Parameters
    ----------
    task : Task
        Makes them.
    ahead : int
        How many are prepared ahead; 0: none, no threads.
    last : int
        Step after the last one.
    planned : PlannedBatches, optional
        They make or read them in the place of the task.
    """

    def __init__(self, task: Task, ahead: int, last: int, planned: PlannedBatches | None = None) -> None:
        self._batch = planned.batch if planned else task.batch
        self._planned, self._ahead, self._last = planned, ahead, last
        self._waiting: dict[tuple[int, int], Future[Batch]] = {}
        threads = torch.get_num_threads()
        self._pool = (
            ThreadPoolExecutor(min(ahead, 4), "batch", torch.set_num_threads, (threads,)) if ahead else None
        )

    def get(self, seed: int, step: int) -> Batch:
        """The batch of a step; errors of the task come through."""
        if self._pool is None:
            seed_generators(seed, self._planned.source(step) if self._planned else step, "batch")
            return self._batch(seed, step)
        wanted = {(seed, one) for one in range(step, min(step + self._ahead + 1, self._last))}
        for key in self._waiting.keys() - wanted:
            self._waiting.pop(key).cancel()
        for key in sorted(wanted - self._waiting.keys()):
            self._waiting[key] = self._pool.submit(self._batch, *key)
        return self._waiting.pop((seed, step)).result()

    def close(self) -> None:
        """Let the threads go."""
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._planned:
            self._planned.close()
