"""What went wrong without anybody hearing of it: in slots, observers, timers and threads.

Qt and VTK swallow the errors of callbacks. Here each is kept, so that a test can say that there were none.
"""

import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any


class TouchedFromThreadError(RuntimeError):
    """A widget or a node was used outside of the thread of the windows."""


@dataclass(eq=False)
class CallbackError:
    """An error that left a callback.

    Attributes
    ----------
    where : str
        What called back, e.g. ``"QPushButton.clicked()"``, ``"observer"``.
    error : BaseException
        What was raised.
    text : str
        With the traceback.
    """

    where: str
    error: BaseException
    text: str = field(repr=False, default="")

    def __str__(self) -> str:
        return f"{self.where}: {type(self.error).__name__}: {self.error}\n{self.text}"


slot_errors: list[CallbackError] = []
vtk_errors: list[str] = []
"""What VTK and MRML reported as an error, by macros of C++."""


def record(where: str, error: BaseException) -> None:
    """Keep an error that would be swallowed."""
    text = "".join(traceback.format_exception(error))
    slot_errors.append(CallbackError(where, error, text))


def clear() -> None:
    """Forget all errors."""
    slot_errors.clear()
    vtk_errors.clear()


@contextmanager
def expected(kind: type[BaseException], match: str = "") -> Iterator[list[CallbackError]]:
    """Within, at least one error of a kind is recorded; those are taken off the record.

    Parameters
    ----------
    kind : type
        Of the error.
    match : str
        Part of its message.
    """
    before = len(slot_errors)
    found: list[CallbackError] = []
    yield found
    found += [e for e in slot_errors[before:] if isinstance(e.error, kind) and match in str(e.error)]
    assert found, f"no callback raised {kind.__name__} with {match!r}; recorded: {slot_errors[before:]}"
    slot_errors[:] = [e for e in slot_errors if e not in found]


def install() -> None:
    """Record what reaches the interpreter's hooks, which PySide and VTK's observers report to."""

    def hook(_kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        record("observer", error.with_traceback(trace))

    def thread_hook(told: Any) -> None:
        record(f"thread {told.thread.name if told.thread else '?'}", told.exc_value or told.exc_type())

    sys.excepthook = hook
    threading.excepthook = thread_hook
    _listen_to_vtk()


def _listen_to_vtk() -> None:
    import vtk

    window = vtk.vtkStringOutputWindow()
    vtk.vtkOutputWindow.SetInstance(window)

    def told(_caller: Any, _event: str, text: str = "") -> None:
        vtk_errors.append(text)

    told.CallDataType = vtk.VTK_STRING  # type: ignore[attr-defined]
    window.AddObserver("ErrorEvent", told)
