"""How long the windows stand still."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

TICK_MS = 5


@dataclass
class Gaps:
    """Longest time between two turns of the event loop, ms, and how many turns were seen."""

    worst_ms: float = 0.0
    ticks: int = 0
    stack: str = "run the test in the double to learn where"


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
