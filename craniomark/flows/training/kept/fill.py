"""Processes that make batches beside the training and keep them."""

import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

from craniomark.flows.training.kept.store import Store
from craniomark.flows.training.task import Task
from craniomark.ground.checks import InputError

Maker = Callable[[], Task]
_PATIENCE = 5.0


class News(NamedTuple):
    """What became of an order: the batch is kept and so large, or a reason why not."""

    seed: int
    step: int
    bytes: int
    reason: str = ""


class Fillers:
    """Worker processes; each makes one batch at a time, as it is ordered to.

    Parameters
    ----------
    make : callable
        Makes the task in a process of its own; spawned, so it must be picklable.
    store : Store
        Where batches are kept.
    count : int
        Processes.
    """

    def __init__(self, make: Maker, store: Store, count: int) -> None:
        self._workers = [_Filler(make, store) for _ in range(count)]

    def __len__(self) -> int:
        return len(self._workers)

    def idle(self) -> bool:
        """Whether one waits for an order."""
        return any(worker.order is None and worker.ready for worker in self._workers)

    def at_work(self) -> set[tuple[int, int]]:
        """Orders that are under way."""
        return {worker.order for worker in self._workers if worker.order}

    def order(self, seed: int, step: int) -> None:
        """Let one that is idle make a batch."""
        worker = next(one for one in self._workers if one.order is None and one.ready)
        with suppress(OSError):  # that it has ended is news
            worker.pipe.send((seed, step))
            worker.order = (seed, step)

    def news(self) -> list[News | str]:
        """What was done since; of a process that has ended, a sentence."""
        told: list[News | str] = []
        for pipe in wait([worker.pipe for worker in self._workers], timeout=0):
            worker = next(one for one in self._workers if one.pipe is pipe)
            try:
                answer = worker.pipe.recv()
            except (EOFError, OSError):
                self._workers.remove(worker)
                worker.process.join(_PATIENCE)
                told.append(f"A process that keeps batches has ended with code {worker.process.exitcode}.")
                continue
            worker.order, worker.ready = None, True
            if answer is not None:
                told.append(News(*answer))
        return told

    def close(self) -> None:
        """End them; a batch that is being written is left out."""
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(_PATIENCE)
            worker.pipe.close()
        self._workers.clear()


class _Filler:
    def __init__(self, make: Maker, store: Store) -> None:
        from craniomark.flows.pipeline.crew import one_thread

        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_fill, args=(theirs, make, store), daemon=True)
        with one_thread():
            self.process.start()
        theirs.close()
        self.order: tuple[int, int] | None = None
        self.ready = False


def _fill(pipe: "Connection[Any, Any]", make: Maker, store: Store) -> None:
    """What a worker does until the pipe ends, be it with the training or with the process that trained."""
    import torch

    from craniomark.flows.training.randomness import seed_generators

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    task = make()
    pipe.send(None)
    with suppress(EOFError, OSError):
        while True:
            seed, step = pipe.recv()
            seed_generators(seed, step, "batch")
            try:
                size = store.write(seed, step, task.batch(seed, step))
            except (InputError, TypeError) as error:
                pipe.send((seed, step, 0, str(error)))
            else:
                pipe.send((seed, step, size))
