"""Pictures of panels that look about as in Slicer."""

from pathlib import Path
from typing import Any

from PySide6 import QtGui

WIDTH = 420
_STYLE = """
QWidget { font-family: "DejaVu Sans"; font-size: 9pt; }
QToolTip { color: black; background: #ffffdc; }
"""
_COLOURS = {
    "Window": "#efefef", "WindowText": "#141414", "Base": "#ffffff", "AlternateBase": "#f5f5f5",
    "Text": "#141414",
    "Button": "#efefef", "ButtonText": "#141414", "Highlight": "#308cc6", "HighlightedText": "#ffffff",
}  # fmt: skip
_GREY = "#a3a3a3"


def dress(application: Any) -> None:
    """Give the program a plain light look that does not depend on the machine."""
    application.setStyle("Fusion")
    palette = QtGui.QPalette()
    for role, colour in _COLOURS.items():
        palette.setColor(getattr(QtGui.QPalette.ColorRole, role), QtGui.QColor(colour))
    for role in ("WindowText", "Text", "ButtonText"):
        palette.setColor(
            QtGui.QPalette.ColorGroup.Disabled, getattr(QtGui.QPalette.ColorRole, role), QtGui.QColor(_GREY)
        )
    application.setPalette(palette)
    application.setStyleSheet(_STYLE)


def grab(widget: Any, path: Path | str, width: int = WIDTH, scale: float = 2.0) -> Path:
    """Write a picture of a widget as PNG, as high as it needs to be.

    Parameters
    ----------
    widget : QWidget
        The panel, or any part.
    path : path
        Of the file; its folder is made.
    width : int
        In pixels before scaling.
    scale : float
        Pixels of the picture per pixel of the widget.
    """
    from double.panels import settle

    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    held = widget.parentWidget()
    window = widget.window()
    settle()
    height = max(widget.sizeHint().height(), widget.heightForWidth(width), 40)
    if held is not None and window is not widget:
        window.resize(width, height)
    widget.resize(width, height)
    for _ in range(3):
        settle()
    height = max(widget.sizeHint().height(), widget.heightForWidth(widget.width), 40)
    (window if held is not None else widget).resize(width, height)
    settle()
    picture = QtGui.QPixmap(int(widget.width * scale), int(widget.height * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(QtGui.QColor("#efefef"))
    widget.render(picture)
    if not picture.save(str(path)):
        raise OSError(f"{path} could not be written")
    return path
