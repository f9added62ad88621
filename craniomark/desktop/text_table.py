"""A table of texts that is filled where it changed only, so that what the user selected stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Colour = tuple[int, int, int]
DOUBT, DONE = (190, 105, 0), (60, 125, 110)


@dataclass(frozen=True)
class Line:
    """A line: what tells it from others, its texts, and their colour."""

    key: str
    texts: tuple[str, ...]
    colour: Colour | None = None


class TextTable:
    """Fills a table.

    Parameters
    ----------
    widget : QTableWidget
        With as many columns as lines have texts.
    """

    def __init__(self, widget: Any) -> None:
        self._widget = widget
        self.lines: tuple[Line, ...] = ()

    @property
    def keys(self) -> list[str]:
        """Of the lines that are shown."""
        return [line.key for line in self.lines]

    @property
    def selected(self) -> tuple[str, ...]:
        """Keys of the lines that are selected."""
        lines = sorted({item.row() for item in self._widget.selectedItems()})
        return tuple(self.lines[line].key for line in lines if line < len(self.lines))

    def show(self, lines: Sequence[Line]) -> bool:
        """Show these lines; True where they are others than before, and nothing is selected any more."""
        import qt

        widget, lines = self._widget, tuple(lines)
        fresh = [line.key for line in lines] != self.keys
        if fresh:
            widget.clearSelection()
            widget.setRowCount(len(lines))
        for number, line in enumerate(lines):
            if not fresh and line == self.lines[number]:
                continue
            for column, text in enumerate(line.texts):
                item = qt.QTableWidgetItem(text)
                item.setToolTip(text)
                if line.colour is not None:
                    item.setForeground(qt.QBrush(qt.QColor(*line.colour)))
                selected = not fresh and widget.item(number, column).isSelected()
                widget.setItem(number, column, item)
                item.setSelected(selected)
        if lines != self.lines:
            widget.resizeColumnsToContents()
        self.lines = lines
        return fresh
