"""Errors of callbacks, which Slicer prints and goes on."""

import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SlotError:
    """An error that nobody caught: where it came up, and what it is."""

    where: str
    error: BaseException

    def __str__(self) -> str:
        return f"{self.where}: " + "".join(traceback.format_exception(self.error))


slot_errors: list[SlotError] = []
vtk_errors: list[str] = []
"""Always empty: Slicer's own error log takes what VTK reports."""
_hooks: list[Any] = []


def record(where: str, error: BaseException) -> None:
    """Note an error."""
    slot_errors.append(SlotError(where, error))


def clear() -> None:
    """Forget them."""
    slot_errors.clear()


def begin() -> None:
    """Listen to the interpreter's hooks, which PythonQt and VTK report to."""
    _hooks.append((sys.excepthook, threading.excepthook))
    sys.excepthook = lambda _kind, error, trace: record("callback", error.with_traceback(trace))
    threading.excepthook = lambda told: record("thread", told.exc_value or told.exc_type())


def end() -> None:
    """Listen no more."""
    while _hooks:
        sys.excepthook, threading.excepthook = _hooks.pop()


@contextmanager
def expected(kind: type[BaseException] = Exception, match: str = "") -> Iterator[None]:
    """Errors that the test means to provoke; there must be one."""
    before = len(slot_errors)
    yield
    found = [one for one in slot_errors[before:] if isinstance(one.error, kind) and match in str(one.error)]
    assert found, f"no callback raised {kind.__name__} with {match!r}"
    slot_errors[:] = [one for one in slot_errors if one not in found]
