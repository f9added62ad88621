"""The table of outcomes in a panel, which may have thousands of lines: a step a turn of the windows."""

from collections.abc import Sequence
from typing import Any

from craniomark.desktop.orient_desk import OrientDesk
from craniomark.desktop.outcomes import Outcome


class OutcomeTable:
    """Shows outcomes.

    Parameters
    ----------
    view : qMRMLTableView
        Hidden while there is nothing to show.
    desk : OrientDesk
        Makes the table node.
    """

    def __init__(self, view: Any, desk: OrientDesk) -> None:
        self._view, self._desk = view, desk

    def show(self, outcomes: Sequence[Outcome]) -> None:
        """Show several outcomes, at the next turn; of a single one the panel's sentence tells all."""
        if len(outcomes) > 1:
            self._desk.later(lambda: self._fill(outcomes))
        else:
            self._view.visible = False

    def clear(self) -> None:
        """Let the node go."""
        self._view.setMRMLTableNode(None)
        self._view.visible = False

    def _fill(self, outcomes: Sequence[Outcome]) -> None:
        self._view.setMRMLTableNode(self._desk.show_table(outcomes))
        self._view.visible = True
        self._desk.later(self._fit)

    def _fit(self) -> None:
        """Make columns as wide as what is in view, once it is."""
        self._view.horizontalHeader().setResizeContentsPrecision(0)
        self._view.resizeColumnsToContents()
