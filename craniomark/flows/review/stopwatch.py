"""How long a specimen and each of its points took, pauses left out."""

import time
from collections.abc import Callable, Mapping

IDLE_SECONDS = 60.0
"""Of a longer pause only so much counts."""


class Stopwatch:
    """Seconds spent, in all and on each point.

    Time is told from one sign of work to the next. Of a pause that is longer than the limit, only the
    limit counts: thinking does, lunch does not.

    Parameters
    ----------
    clock : callable
        Seconds, never running backwards.
    idle_limit : float
        Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, idle_limit: float = IDLE_SECONDS) -> None:
        self._clock, self._limit = clock, idle_limit
        self.total = 0.0
        self.points: dict[str, float] = {}
        self._label = ""
        self._last: float | None = None

    def start(self, label: str, total: float, points: Mapping[str, float]) -> None:
        """Begin at a point, with the seconds of earlier sittings in all and by label."""
        self.total, self.points, self._label = total, dict(points), label
        self._last = self._clock()

    def touch(self) -> None:
        """Somebody works: count the time since the last sign of it."""
        now = self._clock()
        if self._last is not None:
            spent = min(max(now - self._last, 0.0), self._limit)
            self.total += spent
            if self._label:
                self.points[self._label] = self.points.get(self._label, 0.0) + spent
        self._last = now

    def turn_to(self, label: str) -> None:
        """Count what was spent so far, and from now on for `label`; empty for no point."""
        self.touch()
        self._label = label

    def stop(self) -> None:
        """Count what was spent so far, and nothing until the next touch."""
        self.touch()
        self._last = None
