"""The table of a review."""

from collections.abc import Callable, Sequence
from typing import Any

from craniomark.desktop.review_rows import Row
from craniomark.desktop.text_table import DONE, DOUBT, Line, TextTable

_APART = 4


class ReviewTable:
    """Shows rows in a table widget, and tells which are chosen.

    Parameters
    ----------
    widget : QTableWidget
        With five columns; the last is shown while points are compared.
    chosen : callable
        Given the label that the user goes to.
    """

    def __init__(self, widget: Any, chosen: Callable[[str], None]) -> None:
        self._widget, self._chosen = widget, chosen
        self._table = TextTable(widget)
        self._current = ""
        widget.connect("cellClicked(int,int)", self._clicked)
        widget.setColumnHidden(_APART, True)

    @property
    def selected(self) -> tuple[str, ...]:
        """Labels of the lines that are selected."""
        return self._table.selected

    def show(self, rows: Sequence[Row], current: str, compared: bool = False) -> None:
        """Show these lines, with that of the point under review in sight."""
        self._widget.setColumnHidden(_APART, not compared)
        if self._table.show([_line(row) for row in rows]):
            self._current = ""
        if current != self._current:
            self._current = current
            if current in self._table.keys and current not in self.selected:
                self._widget.selectRow(self._table.keys.index(current))

    def _clicked(self, line: int, _column: int) -> None:
        if line < len(self._table.lines):
            self._current = self._table.keys[line]
            self._chosen(self._current)


def _line(row: Row) -> Line:
    colour = DOUBT if row.doubtful else DONE if row.reviewed else None
    return Line(row.label, (row.label, row.error, row.flag, row.status, row.apart), colour)
