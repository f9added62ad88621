"""The table of a review, and the texts beside it."""

from collections.abc import Callable, Sequence
from typing import Any

from craniomark.desktop.reviewing import Row

_DOUBT, _DONE = (242, 158, 41), (120, 160, 150)


class ReviewTable:
    """Shows rows in a table widget, and tells which are chosen.

    Parameters
    ----------
    widget : QTableWidget
        With four columns.
    chosen : callable
        Given the label that the user goes to.
    """

    def __init__(self, widget: Any, chosen: Callable[[str], None]) -> None:
        self._widget, self._chosen = widget, chosen
        self._rows: tuple[Row, ...] = ()
        self._current = ""
        widget.connect("cellClicked(int,int)", self._clicked)

    @property
    def selected(self) -> tuple[str, ...]:
        """Labels of the lines that are selected."""
        lines = sorted({item.row() for item in self._widget.selectedItems()})
        return tuple(self._rows[line].label for line in lines if line < len(self._rows))

    def show(self, rows: Sequence[Row], current: str) -> None:
        """Show these lines, with that of the point under review in sight."""
        if tuple(rows) != self._rows:
            self._fill(tuple(rows))
        if current != self._current:
            self._current = current
            labels = [row.label for row in self._rows]
            if current in labels and current not in self.selected:
                self._widget.selectRow(labels.index(current))

    def _fill(self, rows: tuple[Row, ...]) -> None:
        import qt

        widget = self._widget
        fresh = [row.label for row in rows] != [row.label for row in self._rows]
        if fresh:
            widget.clearSelection()
            widget.setRowCount(len(rows))
            self._current = ""
        for line, row in enumerate(rows):
            if not fresh and row == self._rows[line]:
                continue
            colour = _DOUBT if row.doubtful else _DONE if row.reviewed else None
            for column, text in enumerate((row.label, row.error, row.flag, row.status)):
                item = qt.QTableWidgetItem(text)
                if colour is not None:
                    item.setForeground(qt.QBrush(qt.QColor(*colour)))
                selected = not fresh and widget.item(line, column).isSelected()
                widget.setItem(line, column, item)
                item.setSelected(selected)
        self._rows = rows

    def _clicked(self, line: int, _column: int) -> None:
        if line < len(self._rows):
            self._current = self._rows[line].label
            self._chosen(self._current)
