"""Batches in order, prepared ahead by threads if asked for: the same batches either way."""

from concurrent.futures import Future, ThreadPoolExecutor

import torch

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
    """

    def __init__(self, task: Task, ahead: int, last: int) -> None:
        self._task, self._ahead, self._last = task, ahead, last
        self._waiting: dict[tuple[int, int], Future[Batch]] = {}
        threads = torch.get_num_threads()
        self._pool = (
            ThreadPoolExecutor(min(ahead, 4), "batch", torch.set_num_threads, (threads,)) if ahead else None
        )

    def get(self, seed: int, step: int) -> Batch:
        """The batch of a step; errors of the task come through."""
        if self._pool is None:
            seed_generators(seed, step, "batch")
            return self._task.batch(seed, step)
        wanted = {(seed, one) for one in range(step, min(step + self._ahead + 1, self._last))}
        for key in self._waiting.keys() - wanted:
            self._waiting.pop(key).cancel()
        for key in sorted(wanted - self._waiting.keys()):
            self._waiting[key] = self._pool.submit(self._task.batch, *key)
        return self._waiting.pop((seed, step)).result()

    def close(self) -> None:
        """Let the threads go."""
        if self._pool:
            self._pool.shutdown(wait=True, cancel_futures=True)
