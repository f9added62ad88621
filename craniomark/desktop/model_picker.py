"""The list of models with its info card."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from craniomark.desktop.cards import ModelCard, card_of, model_cards
from craniomark.desktop.dialogs import ask_folder
from craniomark.desktop.panel import know_model, known_models
from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError


class ModelPicker:
    """Lets the user choose a model by name, or from a folder, and shows what it says of itself.

    Parameters
    ----------
    box : QComboBox
        The list.
    card : QLabel
        Rich text, with ``wordWrap``.
    part : str
        What the model must serve, e.g. ``"orient"``.
    kind : {"ct", "surface"}
        What it must read.
    changed : callable
        Given the path of the model, empty for the automatic choice.
    """

    def __init__(self, box: Any, card: Any, part: str, kind: str, changed: Callable[[str], None]) -> None:
        self._box, self._card, self._changed = box, card, changed
        self._part, self._kind = part, kind
        self._cards: list[ModelCard] = []
        self._missing = ""
        box.connect("currentIndexChanged(int)", self._chosen)

    @property
    def cards(self) -> list[ModelCard]:
        """Those that are listed."""
        return self._cards

    @property
    def path(self) -> str:
        """Path of the chosen model; empty for the automatic choice, or one that is gone for good."""
        row = self._box.currentIndex - 1
        return str(self._cards[row].path) if 0 <= row < len(self._cards) else self._missing

    @property
    def shown_card(self) -> ModelCard | None:
        """The card that is shown: of the chosen model, or of the only one that there is."""
        row = self._box.currentIndex - 1
        if 0 <= row < len(self._cards):
            return self._cards[row]
        usable = [card for card in self._cards if not card.problem]
        return usable[0] if len(usable) == 1 and not self._missing else None

    def refresh(self, path: str = "") -> None:
        """List what there is now, with a model chosen."""
        blocked = self._box.blockSignals(True)
        self._cards = [card for card in model_cards(known_models()) if self._serves(card)]
        self._box.clear()
        self._box.addItem(tr("Automatic: the model that fits the scan"))
        for card in self._cards:
            self._box.addItem(card.name if not card.problem else tr("{name} (broken)").format(name=card.name))
        paths = [str(card.path) for card in self._cards]
        self._missing = path if path and path not in paths else ""
        self._box.setCurrentIndex(paths.index(path) + 1 if path in paths else 0)
        self._box.blockSignals(blocked)
        self._show()

    def read(self, kind: str) -> None:
        """List models that read another kind of input; a chosen one that doesn't is let go."""
        if kind == self._kind:
            return
        self._kind, before = kind, self.path
        self.refresh(before)
        if self._missing:
            self.choose("")

    def choose(self, path: str) -> None:
        """Choose the model in a folder, as after a training."""
        self.refresh(path)
        self._changed(self.path)

    def browse(self) -> None:
        """Ask for the folder of a model; raises InputError where there is none in it."""
        folder = ask_folder(self._box, tr("Folder of a model"))
        if not folder:
            return
        card = card_of(Path(folder))
        if card.problem:
            self._card.setText(card.html())
            raise InputError(folder, tr("model"), tr("unreadable"), card.problem.rstrip("."))
        know_model(Path(folder))
        self.choose(folder)

    def _chosen(self, _index: int) -> None:
        self._missing = ""
        self._show()
        self._changed(self.path)

    def _show(self) -> None:
        card = self.shown_card
        self._card.toolTip = card.html() if card is not None else ""
        if self._missing:
            self._card.setText(tr("The chosen model is gone: {path}").format(path=self._missing))
        elif card is not None:
            self._card.setText(card.html(whole=False))
        else:
            self._card.setText(tr("The model is chosen by kind and size of the scan."))

    def _serves(self, card: ModelCard) -> bool:
        """Whether a model is listed: it serves the purpose, or can't be read, which the list tells."""
        told = card.manifest
        return told is None or (self._part in told.parts and self._kind == told.kind)
