"""The widgets for many scans: a folder predicted, a line for each scan, and the next one to review."""

from collections.abc import Callable, Sequence
from typing import Any

from craniomark.desktop.cohorts import next_specimen, specimen
from craniomark.desktop.landmark_desk import LandmarkDesk
from craniomark.desktop.landmark_folder import ScanRow
from craniomark.desktop.panel import MessageLine, guarded, remember, remembered
from craniomark.desktop.predicting import Options
from craniomark.desktop.text_table import DOUBT, Line, TextTable
from craniomark.desktop.words import tr
from craniomark.flows.review import Entry


class FolderPanel:
    """Ties the widgets to the presenter of folders.

    Parameters
    ----------
    ui : object
        Widgets of ``AutoLandmark.ui`` by name.
    desk : LandmarkDesk
        Holds the presenter.
    message : MessageLine
        Tells sentences.
    options : callable
        Gives how landmarks are predicted.
    review : callable
        Loads the scan of a specimen, and opens its review.
    """

    def __init__(
        self,
        ui: Any,
        desk: LandmarkDesk,
        message: MessageLine,
        options: Callable[[], Options],
        review: Callable[[Entry], None],
    ) -> None:
        self.ui, self._desk, self._message = ui, desk, message
        self._options, self._review = options, review
        self._table = TextTable(ui.folderTable)
        self._rows: Sequence[ScanRow] = ()
        self._going_on = False
        ui.folderLine.currentPath = remembered("Landmark/Folder")
        ui.folderLine.connect("currentPathChanged(QString)", self.refresh)
        ui.folderTable.connect("cellDoubleClicked(int,int)", guarded(message, self._picked))
        for button, action in (
            (ui.folderButton, self._predict), (ui.pauseButton, self._pause), (ui.specimenButton, self._next),
        ):  # fmt: skip
            button.connect("clicked()", guarded(message, action))

    def refresh(self, *_arguments: object) -> None:
        """Show what the presenter tells."""
        ui, folder = self.ui, self._desk.folder
        results, free = bool(ui.resultsLine.currentPath.strip()), not self._desk.busy
        ui.specimenButton.enabled = free and results
        ui.folderButton.enabled = free and results and bool(ui.folderLine.currentPath) and not folder.paused
        ui.pauseButton.enabled = folder.pausable or folder.paused
        ui.pauseButton.text = tr("Go on") if folder.paused else tr("Pause")
        self._show(folder.rows)
        ui.folderTable.visible = bool(self._table.lines)
        if self._table.unfinished and not self._going_on:
            self._going_on = True
            self._desk.later(self._go_on)

    def _show(self, rows: Sequence[ScanRow]) -> None:
        before = zip(rows, self._rows, self._table.lines, strict=False)
        lines = [line if row is old else _line(row) for row, old, line in before]
        self._table.show([*lines, *map(_line, rows[len(lines) :])])
        self._rows = rows

    def _go_on(self) -> None:
        self._going_on = False
        self._desk.folder.changed()

    def _predict(self) -> None:
        self._message.clear()
        folder, results = self.ui.folderLine.currentPath, self.ui.resultsLine.currentPath
        self._desk.folder.predict(folder, results, self._options(), self.ui.resumeBox.checked)
        remember("Landmark/Folder", folder)
        remember("Landmark/Results", results)

    def _pause(self) -> None:
        folder = self._desk.folder
        if folder.paused:
            folder.go_on()
        else:
            folder.pause()

    def _next(self) -> None:
        session, results = self._desk.review.session, self.ui.resultsLine.currentPath
        after = session.id if session else ""
        self._look(lambda: next_specimen(results, after))

    def _picked(self, line: int, _column: int) -> None:
        results, id_ = self.ui.resultsLine.currentPath, self._table.keys[line]
        if not self._desk.busy:
            self._look(lambda: specimen(results, id_))

    def _look(self, find: Callable[[], Entry]) -> None:
        self._message.clear()
        words = tr("Reading the results of {folder}").format(folder=self.ui.resultsLine.currentPath)
        self._desk.background.do(words, find, self._review)


def _line(row: ScanRow) -> Line:
    return Line(row.id, (row.id, row.state, row.look), DOUBT if row.refused or row.look else None)
