"""How long the windows stand still: in each callback, and between two turns of the event loop.

Time in which the machine ran other programs instead is not counted where the system tells it (Linux), so that
the figures hold on a busy machine.
"""

import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

_SCHEDULER = "/proc/thread-self/schedstat"
_files: dict[int, int] = {}
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
IDLE_MS, BUSY_MS, OPENING_MS = 150.0, 400.0, 4000.0
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
        self._start, (self._ran, self._waited) = time.perf_counter(), _processor()

    def read(self) -> tuple[float, float]:
        """Milliseconds since it was made that the thread was idle, and busy."""
        passed = time.perf_counter() - self._start
        ran, waited = (now - then for now, then in zip(_processor(), (self._ran, self._waited), strict=True))
        return 1000.0 * max(0.0, passed - ran - waited), 1000.0 * ran

    def milliseconds(self) -> float:
        """Both."""
        return sum(self.read())


def _processor() -> tuple[float, float]:
    """Seconds that the calling thread had a processor, and was ready but had none."""
    number = threading.get_ident()
    if number not in _files:
        try:
            _files[number] = os.open(_SCHEDULER, os.O_RDONLY)
        except OSError:
            _files[number] = -1
    with suppress(OSError, ValueError, IndexError):
        ran, waited = os.pread(_files[number], 100, 0).split()[:2]
        return int(ran) / 1e9, int(waited) / 1e9
    return time.thread_time(), 0.0


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
