"""The widgets for what is made of reviewed specimens: exports, repeatability, a data set for training."""

from typing import Any

from craniomark.desktop.cohorts import export_to, format_words, training_set, written_words
from craniomark.desktop.landmark_desk import LandmarkDesk
from craniomark.desktop.panel import MessageLine, guarded, remember, remembered
from craniomark.desktop.train_panel import TrainPanel


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
        ui.exportButton.enabled = bool(ui.exportLine.currentPath)
        ui.repeatButton.enabled = results
        ui.useReviewedButton.enabled = bool(ui.setLine.currentPath) and results

    def _export(self) -> None:
        ui = self.ui
        session = None if ui.allBox.checked else self._desk.review.session
        out, name = ui.exportLine.currentPath, self._formats[ui.formatBox.currentIndex]
        made = export_to(session, ui.resultsLine.currentPath, out, name, ui.replaceBox.checked)
        self._message.note(written_words(made))
        remember("Landmark/Export", out)

    def _repeat(self) -> None:
        self._desk.compare(self.ui.resultsLine.currentPath, self._compared)

    def _compared(self, table: Any, words: str) -> None:
        if table is None:
            self._message.fault(words)
            return
        self.ui.repeatTable.setMRMLTableNode(table)
        self.ui.repeatTable.visible = True

    def _use_reviewed(self) -> None:
        out = self.ui.setLine.currentPath
        path, words = training_set(self.ui.resultsLine.currentPath, out, self.ui.replaceBox.checked)
        self._train.ui.trainData.currentPath = str(path)
        self._message.note(words)
        remember("Landmark/Set", out)
