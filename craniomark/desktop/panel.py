"""What panels do alike: sentences in a line of the panel, handlers that never fail unheard, settings."""

import logging
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from craniomark.desktop.words import sentence
from craniomark.ground.resources import resource_folder

_LOOKS = {
    "note": "background: rgba(42, 157, 143, 40); border-left: 4px solid #2a9d8f;",
    "doubt": "background: rgba(233, 168, 60, 55); border-left: 4px solid #e9a83c;",
    "fault": "background: rgba(231, 90, 70, 45); border-left: 4px solid #d1432f;",
}


class MessageLine:
    """A label of a panel that tells sentences: notes, doubts and faults; hidden while there is none.

    Parameters
    ----------
    label : QLabel
        With ``wordWrap``.
    """

    def __init__(self, label: Any) -> None:
        self._label = label
        self.kind, self.text = "", ""
        self.clear()

    def note(self, text: str) -> None:
        """Tell what was done."""
        self._show("note", text)

    def doubt(self, text: str) -> None:
        """Tell what should be looked at."""
        self._show("doubt", text)

    def fault(self, text: str, details: str = "") -> None:
        """Tell what went wrong; `details` are lines in small print."""
        self._show("fault", text, details)

    def tell(self, kind: str, text: str, details: str = "") -> None:
        """Tell by kind: ``note``, ``doubt`` or ``fault``."""
        self._show(kind, text, details)

    def clear(self) -> None:
        """Tell nothing."""
        self.kind = self.text = ""
        self._label.setVisible(False)

    def _show(self, kind: str, text: str, details: str = "") -> None:
        if not text:
            self.clear()
            return
        self.kind, self.text = kind, text
        small = f"<br><small><tt>{escape(details).replace(chr(10), '<br>')}</tt></small>" if details else ""
        self._label.setText(escape(text) + small)
        self._label.setStyleSheet(f"QLabel {{ padding: 6px 8px; border-radius: 3px; {_LOOKS[kind]} }}")
        self._label.setVisible(True)


def guarded(line: MessageLine, action: Callable[..., Any]) -> Callable[..., None]:
    """A slot that does `action`, a method; what it raises becomes a sentence in the panel.

    The action gets as many of the signal's arguments as it takes.
    """
    count = action.__func__.__code__.co_argcount - 1  # type: ignore[attr-defined]

    def call(*arguments: Any) -> None:
        try:
            action(*arguments[:count])
        except Exception as error:
            shown = sentence(error)
            if not isinstance(error, ValueError | OSError):
                logging.exception(shown)
            line.fault(shown)

    return call


def ui_path(name: str) -> str:
    """Path of a shared ``.ui`` file."""
    return str(resource_folder() / "UI" / name)


def remembered(key: str, default: str = "") -> str:
    """A text that a panel has kept from one start of the program to the next."""
    import slicer

    held = slicer.app.userSettings().value(f"CranioMark/{key}")
    return str(held) if held else default


def remember(key: str, value: str) -> None:
    """Keep a text."""
    import slicer

    slicer.app.userSettings().setValue(f"CranioMark/{key}", value)


def known_models() -> list[Path]:
    """Folders of models that the user has chosen, as far as they are still there."""
    paths = [Path(line) for line in remembered("Models").splitlines() if line]
    return [path for path in paths if path.is_dir()]


def know_model(path: Path) -> None:
    """Keep the folder of a model, the newest first."""
    paths = [path, *(one for one in known_models() if one != path)]
    remember("Models", "\n".join(str(one) for one in paths))
