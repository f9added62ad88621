"""File dialogs, which would wait for a person: recorded, and answered as the test said before."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from in_slicer import errors


class UnansweredError(RuntimeError):
    """A question was asked for which the test has no answer."""


@dataclass(frozen=True)
class Shown:
    """A dialog that was asked for: its kind, caption, folder, and what it was answered."""

    kind: str
    title: str
    text: str
    answer: Any


shown: list[Shown] = []
_answers: deque[Any] = deque()
_real: list[Any] = []


def answer(*values: Any) -> None:
    """Answer the next dialogs: paths, ``""`` for Cancel."""
    _answers.extend(values)


def left() -> list[Any]:
    """Answers that nobody asked for."""
    return list(_answers)


def clear() -> None:
    """Forget what was shown and the answers that are left."""
    shown.clear()
    _answers.clear()


def begin() -> None:
    """Put answers in the place of Qt's file dialogs."""
    import qt

    _real.append(qt.QFileDialog)
    qt.QFileDialog = _Files


def end() -> None:
    """Put Qt's back."""
    import qt

    while _real:
        qt.QFileDialog = _real.pop()


class _Files:
    """As ``qt.QFileDialog``; its windows never open."""

    @staticmethod
    def getExistingDirectory(_parent: Any = None, caption: str = "", folder: str = "", *_more: Any) -> str:
        return _asked("getExistingDirectory", caption, folder)

    @staticmethod
    def getOpenFileName(_parent: Any = None, caption: str = "", folder: str = "", *_more: Any) -> str:
        return _asked("getOpenFileName", caption, folder)

    @staticmethod
    def getSaveFileName(_parent: Any = None, caption: str = "", folder: str = "", *_more: Any) -> str:
        return _asked("getSaveFileName", caption, folder)


def _asked(kind: str, caption: str, folder: str) -> str:
    given = ""
    if _answers:
        given = str(_answers.popleft())
    else:
        errors.record(kind, UnansweredError(f"{caption}: {folder}"))
    shown.append(Shown(kind, caption, folder, given))
    return given
