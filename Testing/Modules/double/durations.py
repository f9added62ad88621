"""How long the windows stand still: in each callback, and between two turns of the event loop.

Time in which the machine ran other programs instead is not counted where the system tells it (Linux), so that
the figures hold on a busy machine: neither while the thread of the windows was ready to go on and had no
processor, nor while it waited for the interpreter's lock, or another one, that a thread of this program held
which ran or had no processor either, nor while the system began a process for it. What is left of a wait is
the program's own: a sleep, a file, an answer.
"""

import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_TASKS = "/proc/self/task"
_beginning: dict[int, float] = {}
"""Seconds that each thread has waited for processes to begin."""
TICK_MS = 5
_CLOCK = """
import sys, threading, time
over, tick, worst = threading.Event(), float(sys.argv[1]), 0.0
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
while not over.is_set():
    start = time.perf_counter()
    time.sleep(tick)
    worst = max(worst, time.perf_counter() - start - tick)
print(1000 * worst)
"""
IDLE_MS, BUSY_MS, OPENING_MS = 250.0, 400.0, 4000.0
"""What a callback may take: waiting, computing (twice as long on a busy machine), and making a panel."""


@dataclass(frozen=True)
class Call:
    """A callback that ran.

    Attributes
    ----------
    where : str
        What called, and what was called.
    idle_ms : float
        How long it waited: for a file, a process, a sleep.
    busy_ms : float
        How long it computed.
    """

    where: str
    idle_ms: float
    busy_ms: float

    def __str__(self) -> str:
        return f"{self.where} computed {self.busy_ms:.0f} ms and waited {self.idle_ms:.0f} ms"

    @property
    def slow(self) -> bool:
        """Whether the user notices."""
        opening = self.where.endswith((".setup", ".enter", ".onReload"))
        return self.idle_ms > IDLE_MS or self.busy_ms > (OPENING_MS if opening else BUSY_MS)


calls: list[Call] = []
"""Callbacks that took more than a few milliseconds."""


class Watch:
    """A stopwatch of the calling thread."""

    def __init__(self) -> None:
        self._start, self._tasks = time.perf_counter(), _tasks()
        self._own = threading.get_native_id()
        self._ran, self._begun = time.thread_time(), _beginning.get(self._own, 0.0)

    def read(self) -> tuple[float, float]:
        """Milliseconds since it was made that the thread was idle, and busy."""
        passed, ran = time.perf_counter() - self._start, time.thread_time() - self._ran
        since = self._since()
        others = sum(sum(spent) for task, spent in since.items() if task != self._own)
        ready = since.get(self._own, (0.0, 0.0))[1]
        excused = ready + others + _beginning.get(self._own, 0.0) - self._begun
        return 1000.0 * max(0.0, passed - ran - excused), 1000.0 * ran

    def milliseconds(self) -> float:
        """Milliseconds that windows stood still, for whatever the program did meanwhile."""
        passed = time.perf_counter() - self._start
        return 1000.0 * (passed - self._since().get(self._own, (0.0, 0.0))[1])

    def _since(self) -> dict[int, tuple[float, float]]:
        """Seconds that each thread ran, and was ready but had no processor."""
        before = self._tasks
        return {
            task: (ran - before.get(task, (0.0, 0.0))[0], ready - before.get(task, (0.0, 0.0))[1])
            for task, (ran, ready) in _tasks().items()
        }


def _tasks() -> dict[int, tuple[float, float]]:
    """Seconds that each thread has run so far, and was ready; empty where the system does not tell."""
    found = {}
    with suppress(OSError):
        for folder in Path(_TASKS).iterdir():
            with suppress(OSError, ValueError):  # it may have ended just now
                ran, ready = (folder / "schedstat").read_bytes().split()[:2]
                found[int(folder.name)] = int(ran) / 1e9, int(ready) / 1e9
    return found


def install() -> None:
    """Note how long the system takes to begin processes."""
    begin = subprocess.Popen._execute_child  # type: ignore[attr-defined]

    def timed_begin(*arguments: Any) -> None:
        watch = Watch()
        try:
            begin(*arguments)
        finally:
            own = threading.get_native_id()
            _beginning[own] = _beginning.get(own, 0.0) + watch.read()[0] / 1000.0

    subprocess.Popen._execute_child = timed_begin  # type: ignore[attr-defined]


@contextmanager
def timed(where: str) -> Iterator[None]:
    """Note how long the content took."""
    watch = Watch()
    try:
        yield
    finally:
        idle, busy = watch.read()
        if idle + busy > TICK_MS:
            calls.append(Call(where, idle, busy))


def slow_calls() -> list[str]:
    """Callbacks that took too long, as sentences."""
    return [str(call) for call in calls if call.slow]


@dataclass
class Gaps:
    """What a meter saw.

    Attributes
    ----------
    worst_ms : float
        Longest time between two turns of the event loop, less the time in which other programs ran.
    ticks : int
        Turns that were seen; 0 says that the event loop never ran.
    machine_ms : float
        How late a process beside was at worst that does nothing but sleep for one tick after the other.
        Where this is long the machine stood still, and not the program.
    stack : str
        Where the program was during the longest gap.
    """

    worst_ms: float = 0.0
    ticks: int = 0
    stack: str = field(default="", repr=False)
    machine_ms: float = 0.0


@contextmanager
def gaps() -> Iterator[Gaps]:
    """Measure the gaps of the event loop while the content runs it.

    A timer of 5 ms ticks; a thread looks where the program is when a tick is late, and a process beside
    how late the machine itself is.
    """
    from PySide6 import QtCore

    found, timer, beside = Gaps(), QtCore.QTimer(), _clock_beside()
    state: dict[str, Any] = {"watch": Watch(), "at": time.perf_counter(), "stack": "", "run": True}
    thread_id = threading.get_ident()

    def close_gap() -> None:
        took = state["watch"].milliseconds()
        if took > found.worst_ms:
            found.worst_ms, found.stack = took, state["stack"]
        state.update(watch=Watch(), at=time.perf_counter(), stack="")

    def tick() -> None:
        found.ticks += 1
        close_gap()

    def look() -> None:
        while state["run"]:
            time.sleep(0.02)
            if time.perf_counter() - state["at"] > 0.05 and not state["stack"]:
                frame = sys._current_frames().get(thread_id)
                state["stack"] = "".join(traceback.format_stack(frame)[-6:]) if frame else ""

    timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    looker = threading.Thread(target=look, name="gap meter", daemon=True)
    timer.start(TICK_MS)
    looker.start()
    try:
        yield found
    finally:
        close_gap()
        timer.stop()
        state["run"] = False
        looker.join()
        told, _ = beside.communicate(b"", timeout=30)
        found.machine_ms = float(told or b"0")


def _clock_beside() -> "subprocess.Popen[bytes]":
    """A process that tells at the end of its input how late a sleep of a tick was at worst, ms."""
    words = [sys.executable, "-I", "-S", "-c", _CLOCK, str(TICK_MS / 1000)]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
