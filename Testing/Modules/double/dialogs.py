"""Dialogs that would wait for a person: recorded, and answered as the test said before."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from PySide6 import QtWidgets

from double import recorder


class UnansweredError(RuntimeError):
    """A question was asked for which the test has no answer."""


@dataclass(frozen=True)
class Shown:
    """A dialog that was shown.

    Attributes
    ----------
    kind : str
        ``information``, ``warning``, ``critical``, ``question``, ``message``, ``getOpenFileName`` ...
    title, text : str
        What it said; of file dialogs the caption and the folder where it begins.
    answer : object
        What it was answered.
    """

    kind: str
    title: str
    text: str
    answer: Any


shown: list[Shown] = []
_answers: deque[Any] = deque()
Box = QtWidgets.QMessageBox


def answer(*values: Any) -> None:
    """Answer the next dialogs: buttons for boxes, paths for file dialogs (``""`` for Cancel)."""
    _answers.extend(values)


def clear() -> None:
    """Forget what was shown and the answers that are left."""
    shown.clear()
    _answers.clear()


def left() -> list[Any]:
    """Answers that nobody asked for."""
    return list(_answers)


def asked(kind: str, title: str, text: str, default: Any, needs_answer: bool) -> Any:
    """Record a dialog and answer it."""
    if _answers:
        given = _answers.popleft()
    else:
        given = default
        if needs_answer:
            recorder.record(kind, UnansweredError(f"{title}: {text}"))
    shown.append(Shown(kind, title, text, given))
    return given


def _box(kind: str, default: Any, needs_answer: bool) -> Any:
    def function(_parent: Any, title: str, text: str, *_buttons: Any, **_named: Any) -> Any:
        return asked(kind, str(title), str(text), default, needs_answer)

    return staticmethod(function)


def _file(kind: str, several: bool = False) -> Any:
    def function(_parent: Any = None, caption: str = "", folder: str = "", *_more: Any, **_named: Any) -> Any:
        given = asked(kind, str(caption), str(folder), [] if several else "", True)
        return [str(each) for each in given] if several else str(given)

    return staticmethod(function)


def _exec_box(self: Any, *_: Any) -> Any:
    buttons = self.property("standardButtons")
    button = Box.StandardButton
    question = bool(buttons & (button.Cancel | button.No | button.Close | button.Abort))
    default = button.Ok
    if question:
        default = button.No if buttons & button.No else button.Cancel
    title, text = self.property("windowTitle").strip(), self.property("text")
    return asked("message", title, text, default, question)


def _exec_dialog(self: Any, *_: Any) -> Any:
    return asked(type(self).__name__, self.property("windowTitle"), "", 0, True)


def install() -> None:
    """Put these in place of Qt's, which would wait for ever."""
    box: Any = Box
    for kind in ("information", "warning", "critical", "about"):
        setattr(box, kind, _box(kind, Box.StandardButton.Ok, False))
    box.question = _box("question", Box.StandardButton.No, True)
    box.exec = box.exec_ = _exec_box
    dialog: Any = QtWidgets.QDialog
    dialog.exec = dialog.exec_ = _exec_dialog
    files: Any = QtWidgets.QFileDialog
    files.getOpenFileName, files.getSaveFileName = _file("getOpenFileName"), _file("getSaveFileName")
    files.getExistingDirectory = _file("getExistingDirectory")
    files.getOpenFileNames = _file("getOpenFileNames", several=True)
    text: Any = QtWidgets.QInputDialog
    text.getText = staticmethod(lambda _p, title, label, *_: asked("getText", title, label, "", True))
