"""Dialogs of Qt."""

from typing import Any


def ask_folder(widget: Any, title: str, start: str = "") -> str:
    """The folder that the user chooses; empty where none."""
    import qt

    return str(qt.QFileDialog.getExistingDirectory(widget.window(), title, start) or "")
