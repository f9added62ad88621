"""Batches by a plan: from the disk where they are kept, else made; the same ones either way."""

import threading
from collections.abc import Callable, Iterator

from craniomark.flows.training.kept.fill import Fillers, News
from craniomark.flows.training.kept.plan import Plan
from craniomark.flows.training.kept.store import Store
from craniomark.flows.training.task import Batch, Task
from craniomark.ground.checks import InputError

_LEAD = 2
"""So many steps for each process lies ahead what they make, so that the training does not make it too."""


class PlannedBatches:
    """What a task shows a network by a plan.

    Whatever happens to the disk and to the processes that fill it, a step is shown the same batch: what isn't
    kept is made here.

    Parameters
    ----------
    task : Task
        Makes batches.
    plan : Plan
        Which ones are shown again.
    last : int
        Step after the last one.
    """

    def __init__(self, task: Task, plan: Plan, last: int) -> None:
        self._task, self._plan, self._last = task, plan, last
        self.read = self.made = 0
        """Batches that were read and made."""

    def source(self, step: int) -> int:
        """The step whose batch is shown."""
        return self._plan.source(step)

    def batch(self, seed: int, step: int) -> Batch:
        """The batch of a step; errors of the task come through."""
        self.made += 1
        return self._task.batch(seed, self.source(step))

    def close(self) -> None:
        """Let go of what belongs to it."""


class KeptBatches(PlannedBatches):
    """The same with a store on disk that processes fill.

    Parameters
    ----------
    task, plan, last
        As before.
    store : Store
        Where batches are kept.
    fillers : Fillers or None
        They fill it; None where another process of the run has them.
    log : callable
        Is told once what goes wrong.
    """

    def __init__(
        self, task: Task, plan: Plan, last: int, store: Store, fillers: Fillers | None,
        log: Callable[[str], None],
    ) -> None:  # fmt: skip
        super().__init__(task, plan, last)
        self._store, self._fillers, self._log = store, fillers, log
        self._lock = threading.Lock()
        self._there = store.there()
        self._size = 0
        self._told: set[str] = set()
        self._next: Iterator[int] = iter(())
        self._at, self._rest = (-1, -1), 0

    def batch(self, seed: int, step: int) -> Batch:
        """The batch of a step; errors of the task come through."""
        with self._lock:
            self._tend(seed, step)
        found = self._store.read(seed, self.source(step))
        if found is None:
            self._there.discard((seed, self.source(step)))
            return super().batch(seed, step)
        self.read += 1
        return found

    def close(self) -> None:
        """End the processes."""
        if self._fillers is not None:
            self._fillers.close()

    def _tend(self, seed: int, step: int) -> None:
        """Hear what was made, and order what is needed next and isn't there; takes no time."""
        if self._fillers is None:
            return
        for one in self._fillers.news():
            self._hear(one, step)
        while self._fillers.idle() and step >= self._rest:
            source = self._wanted(seed, step)
            if source is None:
                return
            # Its size is known after the first; until then one batch alone is under way.
            under_way = len(self._fillers.at_work())
            if not self._size and under_way:
                return
            if not self._store.room_for((under_way + 1) * self._size, seed, self._plan.oldest(step)):
                self._pause(step, "The cache is as large as cache_gb or its disk allow")
                return
            self._fillers.order(seed, source)

    def _hear(self, news: News | str, step: int) -> None:
        if isinstance(news, str):
            self._say(f"{news} What it would have kept is made by the training itself.")
        elif news.reason:
            self._pause(step, f"A batch could not be kept ({news.reason})")
        else:
            self._size = max(self._size, news.bytes)
            self._there.add((news.seed, news.step))

    def _wanted(self, seed: int, step: int) -> int | None:
        """The next batch that is neither there nor being made, and that a step not too near is shown."""
        block = self._plan.rounds * self._plan.steps
        if self._at != (seed, step // self._plan.steps):
            # A new round: what was passed over may be needed again.
            self._at = (seed, step // self._plan.steps)
            begin = step + _LEAD * len(self._fillers or ())
            self._next = self._plan.needed(begin, min(begin + block + self._plan.steps, self._last))
        assert self._fillers
        busy = self._there | self._fillers.at_work()
        return next((source for source in self._next if (seed, source) not in busy), None)

    def _pause(self, step: int, why: str) -> None:
        """Try again after a round."""
        self._rest = step + self._plan.steps
        self._say(f"{why}: batches that are not kept are made anew each time they are shown.")

    def _say(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._log(sentence)


def kept_batches(
    task: Task, plan: Plan, last: int, store: Store, start: Callable[[], Fillers] | None,
    log: Callable[[str], None],
) -> PlannedBatches:  # fmt: skip
    """Batches with a store where that can be written, else without.

    Parameters
    ----------
    task, plan, last, store, log
        As for `KeptBatches`.
    start : callable or None
        Starts the processes that fill the store.
    """
    try:
        store.open()
    except InputError as error:
        log(f"Batches are not kept: {error}")
        return PlannedBatches(task, plan, last)
    return KeptBatches(task, plan, last, store, start() if start else None, log)
