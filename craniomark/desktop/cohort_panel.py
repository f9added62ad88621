"""The widgets for what is made of reviewed specimens: exports, repeatability, a data set for training."""

from pathlib import Path
from typing import Any

from craniomark.desktop.cohorts import export_to, format_words, training_set, written_words
from craniomark.desktop.landmark_desk import LandmarkDesk
from craniomark.desktop.panel import MessageLine, guarded, remember, remembered
from craniomark.desktop.train_panel import TrainPanel
from craniomark.desktop.words import tr
from craniomark.flows.review import Written


class CohortPanel:
    """Ties the widgets to what they write.

    Parameters
    ----------
    ui : object
        Widgets of ``AutoLandmark.ui`` by name.
    desk : LandmarkDesk
        Holds the review.
    message : MessageLine
        Tells sentences.
    train : TrainPanel
        Gets the data set.
    """

    def __init__(self, ui: Any, desk: LandmarkDesk, message: MessageLine, train: TrainPanel) -> None:
        self.ui, self._desk, self._message, self._train = ui, desk, message, train
        self._formats = [name for name, _ in format_words()]
        for name, words in format_words():
            ui.formatBox.addItem(words, name)
        for line, key in ((ui.exportLine, "Landmark/Export"), (ui.setLine, "Landmark/Set")):
            line.currentPath = remembered(key)
            line.connect("currentPathChanged(QString)", self.refresh)
        for button, action in (
            (ui.exportButton, self._export), (ui.repeatButton, self._repeat),
            (ui.useReviewedButton, self._use_reviewed),
        ):  # fmt: skip
            button.connect("clicked()", guarded(message, action))

    def refresh(self, *_arguments: object) -> None:
        """Offer what there is enough chosen for."""
        ui = self.ui
        results = bool(ui.resultsLine.currentPath.strip())
        free = not self._desk.background.busy
        ui.exportButton.enabled = free and bool(ui.exportLine.currentPath)
        ui.repeatButton.enabled = free and results
        ui.useReviewedButton.enabled = free and results and bool(ui.setLine.currentPath)

    def _export(self) -> None:
        ui = self.ui
        session = None if ui.allBox.checked else self._desk.review.session
        out, name = ui.exportLine.currentPath, self._formats[ui.formatBox.currentIndex]
        results, replace = ui.resultsLine.currentPath, ui.replaceBox.checked
        remember("Landmark/Export", out)
        self._message.clear()
        if session is not None:
            self._exported(export_to(session, results, out, name, replace))
            return
        words = tr("Exporting the specimens of {folder}").format(folder=results)
        self._desk.background.do(words, lambda: export_to(None, results, out, name, replace), self._exported)

    def _exported(self, made: Written) -> None:
        self._message.note(written_words(made))

    def _repeat(self) -> None:
        self._message.clear()
        self._desk.compare(self.ui.resultsLine.currentPath, self._compared)

    def _compared(self, table: Any) -> None:
        self.ui.repeatTable.setMRMLTableNode(table)
        self.ui.repeatTable.resizeColumnsToContents()
        self.ui.repeatTable.visible = True

    def _use_reviewed(self) -> None:
        out = self.ui.setLine.currentPath
        results, replace = self.ui.resultsLine.currentPath, self.ui.replaceBox.checked
        remember("Landmark/Set", out)
        self._message.clear()
        words = tr("Gathering the reviewed specimens of {folder}").format(folder=results)
        self._desk.background.do(words, lambda: training_set(results, out, replace), self._gathered)

    def _gathered(self, made: tuple[Path, str]) -> None:
        path, words = made
        self._train.ui.trainData.currentPath = str(path)
        self._message.note(words)
