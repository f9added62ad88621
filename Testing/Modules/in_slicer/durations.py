"""How long the windows stand still."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

TICK_MS = 5


class Watch:
    """A stopwatch of the calling thread."""

    def __init__(self) -> None:
        self._start, self._ran = time.perf_counter(), time.thread_time()

    def read(self) -> tuple[float, float]:
        """Milliseconds since it was made that the thread was idle, and busy."""
        passed, ran = time.perf_counter() - self._start, time.thread_time() - self._ran
        return 1000.0 * max(0.0, passed - ran), 1000.0 * ran

    def milliseconds(self) -> float:
        """Both."""
        return sum(self.read())


@dataclass
class Gaps:
    """Longest time between two turns of the event loop, ms, and how many turns were seen."""

    worst_ms: float = 0.0
    ticks: int = 0
    stack: str = "run the test in the double to learn where"


@contextmanager
def timed(where: str) -> Iterator[None]:
    """Not measured here: see `gaps`."""
    del where
    yield


@contextmanager
def gaps() -> Iterator[Gaps]:
    """Measure the gaps of the event loop while the content runs it."""
    import qt

    found, timer, last = Gaps(), qt.QTimer(), [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        found.worst_ms, last[0] = max(found.worst_ms, 1000.0 * (now - last[0])), now
        found.ticks += 1

    timer.connect("timeout()", tick)
    timer.start(TICK_MS)
    try:
        yield found
    finally:
        timer.stop()
