"""Reasons to stop: a stop file, a parent that is gone, Ctrl-C, a polite kill, nobody who listens."""

import ctypes
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any


class Watch:
    """Asked after each step whether the run should stop.

    Ctrl-C must not end a step in its middle, where half of the weights are new: the first one is
    noted, and the run ends after the step. A second one ends it at once, at its last checkpoint.

    Parameters
    ----------
    stop_file : Path or None
        Stops the run when it exists.
    parent : int or None
        Process whose end stops the run.
    """

    def __init__(self, stop_file: Path | None, parent: int | None) -> None:
        self._stop_file, self._parent = stop_file, parent
        self._is_child = parent is not None and parent == os.getppid()
        self._signal = 0

    @property
    def interrupted(self) -> bool:
        """Whether it was Ctrl-C."""
        return self._signal == signal.SIGINT

    def reason(self) -> str | None:
        """Why the run should stop, or None."""
        if self.interrupted:
            return "Ctrl-C"
        if self._signal:
            return "a request to terminate"
        if self._stop_file is not None and self._stop_file.exists():
            return f"the stop file {self._stop_file}"
        if self._parent is not None and not self._parent_lives(self._parent):
            return f"the end of its parent process {self._parent}"
        return None

    def _parent_lives(self, parent: int) -> bool:
        # A child is handed over when its parent ends, which tells even where the id is in use again.
        if self._is_child and os.getppid() != parent:
            return False
        return is_alive(parent)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note SIGINT and SIGTERM during the block; only the main thread can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self._note) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if self._signal == signal.SIGINT and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._signal = number


def is_alive(pid: int) -> bool:
    """Whether a process of this id exists."""
    if os.name == "nt":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # of somebody else
        return True
    return True


def _is_alive_on_windows(pid: int) -> bool:
    synchronize, timeout = 0x00100000, 0x102
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009 - mypy knows it on Windows alone
    handle = kernel.OpenProcess(synchronize, False, pid)
    if not handle:
        return False
    try:
        return bool(kernel.WaitForSingleObject(handle, 0) == timeout)
    finally:
        kernel.CloseHandle(handle)
