"""A table of texts that is filled where it changed only, so that what the user selected stays."""

from collections.abc import Sequence
from typing import Any, NamedTuple

Colour = tuple[int, int, int]
_AT_ONCE = 50
"""Lines that are filled before the windows get a turn."""
DOUBT, DONE = (190, 105, 0), (60, 125, 110)


class Line(NamedTuple):
    """A line: what tells it from others, its texts, and their colour."""

    key: str
    texts: tuple[str, ...]
    colour: Colour | None = None


class TextTable:
    """Fills a table, a long one in several turns: `show` goes on with what is `unfinished`.

    Parameters
    ----------
    widget : QTableWidget
        With as many columns as lines have texts.
    """

    def __init__(self, widget: Any) -> None:
        self._widget = widget
        self.lines: tuple[Line, ...] = ()
        self._due: list[int] = []
        widget.horizontalHeader().setResizeContentsPrecision(
            0
        )  # not the width of all lines, but of those in view

    @property
    def unfinished(self) -> bool:
        """Whether lines are left to fill."""
        return bool(self._due)

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
        widget, lines, before = self._widget, tuple(lines), self.lines
        fresh = [line.key for line in lines] != self.keys
        if fresh:
            widget.clearSelection()
            widget.setRowCount(len(lines))
        due = set() if fresh else set(self._due)
        self._due = [n for n, line in enumerate(lines) if fresh or n in due or line != before[n]]
        self.lines = lines
        if self._due:
            now, self._due = self._due[:_AT_ONCE], self._due[_AT_ONCE:]
            for number in now:
                self._fill(number, fresh)
            widget.resizeColumnsToContents()
        return fresh

    def _fill(self, number: int, fresh: bool) -> None:
        import qt

        line = self.lines[number]
        for column, text in enumerate(line.texts):
            item = qt.QTableWidgetItem(text)
            item.setToolTip(text)
            if line.colour is not None:
                item.setForeground(qt.QBrush(qt.QColor(*line.colour)))
            before = None if fresh else self._widget.item(number, column)
            selected = before is not None and before.isSelected()
            self._widget.setItem(number, column, item)
            item.setSelected(selected)
