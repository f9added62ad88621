"""The widgets of the section "Review", which follow the presenter."""

from collections.abc import Callable
from typing import Any

from craniomark.desktop.landmark_desk import LandmarkDesk
from craniomark.desktop.panel import MessageLine, guarded, remember, remembered
from craniomark.desktop.review_table import ReviewTable
from craniomark.desktop.reviewing import MODES
from craniomark.desktop.words import sentence, tr

SCOPES = ("flagged", "uncertain", "selected")
_PICTURE_HEIGHT = 96
Choice = Callable[[], tuple[Any, str, str | None]]


class ReviewPanel:
    """Ties the widgets to the review of the desk.

    Parameters
    ----------
    ui : object
        Widgets of ``AutoLandmark.ui`` by name.
    desk : LandmarkDesk
        Holds the review.
    message : MessageLine
        Tells sentences.
    choice : callable
        Gives volume, folder of results and model, as the user has chosen them.
    """

    def __init__(self, ui: Any, desk: LandmarkDesk, message: MessageLine, choice: Choice) -> None:
        self.ui, self._desk, self._review = ui, desk, desk.review
        self._message, self._choice = message, choice
        self.table = ReviewTable(ui.reviewTable, self._go)
        self._noted = self._written = ""
        self._others: tuple[str, ...] = ()
        modes = {"review": tr("Review"), "observer": tr("Second observer"), "blind": tr("Blind digitising")}
        for mode in MODES:
            ui.modeBox.addItem(modes[mode], mode)
        scopes = {
            "flagged": tr("Flagged points"), "uncertain": tr("Uncertain points"),
            "selected": tr("Selected points"),
        }  # fmt: skip
        for scope in SCOPES:
            ui.scopeBox.addItem(scopes[scope], scope)
        self._remembered = remembered("Landmark/Observer")
        ui.observerLine.text = self._remembered
        self._review.told, self._review.who = self._tell, self._who
        for button, action in (
            (ui.openButton, self.open), (ui.closeButton, self._close), (ui.previousButton, self._previous),
            (ui.nextButton, self._next), (ui.acceptButton, self._accept), (ui.missingButton, self._missing),
            (ui.undoButton, self._undo), (ui.redoButton, self._redo), (ui.snapButton, self._snap),
            (ui.placeButton, self._place), (ui.refineButton, self._refine), (ui.writeButton, self._write),
            (ui.restoreButton, self._restore),
        ):  # fmt: skip
            button.connect("clicked()", guarded(message, action))
        ui.noteLine.connect("editingFinished()", guarded(message, self.keep_note))
        ui.othersBox.connect("activated(int)", guarded(message, self._compare))

    def open(self, then: Callable[[], object] = lambda: None) -> None:
        """Open the review of the chosen volume."""
        self._message.clear()
        self.keep_note()
        volume, results, _model = self._choice()
        observer = self.ui.observerLine.text
        self._desk.open(volume, results, observer, MODES[self.ui.modeBox.currentIndex], then)
        remember("Landmark/Observer", observer)
        remember("Landmark/Results", results)

    def _who(self) -> str:
        """Whose name stands beside what is decided now."""
        name = str(self.ui.observerLine.text)
        if name != self._remembered:
            self._remembered = name
            remember("Landmark/Observer", name)
        return name

    def refresh(self) -> None:
        """Show what the presenter tells."""
        ui, session, review = self.ui, self._review.session, self._review
        edits = session is not None and not session.read_only
        for button, on in (
            (ui.closeButton, session is not None), (ui.previousButton, session is not None),
            (ui.nextButton, session is not None), (ui.acceptButton, edits), (ui.missingButton, edits),
            (ui.snapButton, edits), (ui.placeButton, edits), (ui.writeButton, edits),
            (ui.restoreButton, edits), (ui.noteLine, edits),
            (ui.undoButton, edits and session is not None and session.to_undo is not None),
            (ui.redoButton, edits and session is not None and session.to_redo is not None),
            (ui.refineButton, edits and not self._desk.busy),
        ):  # fmt: skip
            button.enabled = on
        ui.progressLabel.text, ui.definitionLabel.text = review.progress_words, review.definition
        ui.progressLabel.visible = ui.reviewTable.visible = session is not None
        ui.definitionLabel.visible = bool(review.definition)
        self._show_picture()
        self._show_note()
        self._show_others()
        compared = review.comparison.shown is not None
        self.table.show(review.rows, session.current if session else "", compared)

    def _show_picture(self) -> None:
        card, session = self._review.card, self._review.session
        path = self._desk.pictures.of(card.path, session.current) if card and session else None
        self.ui.pictureLabel.visible = path is not None
        self.ui.pictureLabel.text = (
            f'<img src="{path.as_uri()}" height="{_PICTURE_HEIGHT}">' if path else ""  # blanks, umlauts, C:
        )

    def _show_note(self) -> None:
        """The remark on the point under review, once what was written on the one before is kept."""
        session = self._review.session
        current = session.current if session else ""
        if current != self._noted:
            try:
                self.keep_note()
            except (ValueError, OSError) as error:
                self._message.fault(sentence(error))
            self._noted = current
            self._written = self.ui.noteLine.text = self._review.noted
        elif self._review.noted != self._written:  # undone, or restored
            self._written = self.ui.noteLine.text = self._review.noted

    def _show_others(self) -> None:
        comparison, box = self._review.comparison, self.ui.othersBox
        names = (tr("nobody"), *comparison.names)
        if names != self._others:
            self._others = names
            box.clear()
            for name in names:
                box.addItem(name)
        shown = comparison.found.index(comparison.shown) + 1 if comparison.shown else 0
        if box.currentIndex != shown:
            box.setCurrentIndex(shown)
        box.enabled = bool(comparison.names)

    def keep_note(self) -> None:
        """Keep what is written on a point."""
        text, label, session = self.ui.noteLine.text, self._noted, self._review.session
        if session is not None and label in session.labels and text != self._written:
            self._written = text
            self._review.note(label, text)

    def _compare(self, row: int) -> None:
        self._review.compare(row - 1)

    def _restore(self) -> None:
        self._review.restore()

    def _tell(self, kind: str, words: str) -> None:
        tellers = {"note": self._message.note, "doubt": self._message.doubt}
        tellers.get(kind, self._message.fault)(words)

    def _go(self, label: str) -> None:
        try:
            self._review.go(label)
        except ValueError as error:
            self._message.fault(sentence(error))

    def _close(self) -> None:
        self.keep_note()
        self._message.note(tr("The review is saved. Open goes on with it."))
        self._review.close()

    def _previous(self) -> None:
        self._review.step(-1)

    def _next(self) -> None:
        self._review.step(1)

    def _accept(self) -> None:
        self._review.accept()

    def _missing(self) -> None:
        self._review.missing()

    def _undo(self) -> None:
        self._review.undo()

    def _redo(self) -> None:
        self._review.redo()

    def _snap(self) -> None:
        moved = self._review.snap()
        words = tr("The point was moved by {distance:.2f} mm onto the bone.")
        self._message.note(words.format(distance=moved))

    def _place(self) -> None:
        self._review.place()

    def _refine(self) -> None:
        labels = self._review.chosen(SCOPES[self.ui.scopeBox.currentIndex], self.table.selected)
        self._message.clear()
        self._desk.refine.refine(labels, self._choice()[2])

    def _write(self) -> None:
        from craniomark.desktop.cohorts import written_words
        from craniomark.flows.review import write_results

        session = self._review.session
        if session is not None:
            self._message.note(written_words(write_results(session)))
