"""The widgets of the section Register: onto what, how, and a slider from before to after."""

from collections.abc import Callable
from typing import Any

from craniomark.desktop.orient_desk import OrientDesk
from craniomark.desktop.panel import MessageLine, guarded, remember, remembered
from craniomark.desktop.registering import METHODS
from craniomark.desktop.words import tr
from craniomark.mrml import Node


class RegisterPanel:
    """Ties the widgets to the presenter.

    Parameters
    ----------
    ui : object
        Widgets of ``AutoOrient.ui`` by name.
    desk : OrientDesk
        Holds the presenter.
    message : MessageLine
        Tells sentences.
    begin : callable
        Called before work begins.
    chosen : callable
        Gives the volume that is moved, and the path of the model or None.
    """

    def __init__(
        self,
        ui: Any,
        desk: OrientDesk,
        message: MessageLine,
        begin: Callable[[], None],
        chosen: Callable[[], tuple[Node | None, str | None]],
    ) -> None:
        self.ui, self._desk, self._begin, self._chosen = ui, desk, begin, chosen
        self._presenter = desk.register
        self._presenter.shown, self._presenter.load = _show, _load
        for name, words in _method_words():
            ui.methodBox.addItem(words, name)
        held = remembered("Register/Method", "affine")
        ui.methodBox.setCurrentIndex(METHODS.index(held) if held in METHODS else 0)
        ui.registerButton.connect("clicked()", guarded(message, self._register))
        ui.beforeSlider.connect("valueChanged(int)", guarded(message, self._slide))

    def refresh(self) -> None:
        """Offer what there is enough chosen for."""
        ui, (moving, _) = self.ui, self._chosen()
        fixed, free = ui.fixedSelector.currentNode(), not self._desk.busy
        ready = moving is not None and fixed is not None and fixed.GetID() != moving.GetID()
        ui.registerButton.enabled = free and ready
        ui.fixedSelector.enabled = ui.methodBox.enabled = ui.registeredBox.enabled = free
        ready_words, hint = (
            tr("Move the volume onto the other."),
            tr("Choose another volume to bring it onto."),
        )
        ui.registerButton.toolTip = ready_words if ready else hint
        slidable = free and self._presenter.slidable
        for widget in (ui.beforeLabel, ui.beforeSlider, ui.afterLabel):
            widget.enabled = slidable
        if slidable:
            ui.beforeSlider.value = round(100 * self._presenter.share)

    def _register(self) -> None:
        self._begin()
        moving, model = self._chosen()
        method = METHODS[self.ui.methodBox.currentIndex]
        remember("Register/Method", method)
        resample = self.ui.registeredBox.checked
        self._presenter.register(self.ui.fixedSelector.currentNode(), moving, method, model, resample)

    def _slide(self, value: int) -> None:
        self._presenter.slide(value / 100)


def _method_words() -> list[tuple[str, str]]:
    """Methods, and what the user knows them by."""
    words = {
        "rigid": tr("Rigid: turn and move"), "similarity": tr("Similarity: also one size"),
        "affine": tr("Affine: also stretch and shear"), "hyreg": tr("Elastic: also bend (slower)"),
    }  # fmt: skip
    return [(name, words.get(name, name)) for name in METHODS]


def _show(fixed: Node, moving: Node) -> None:
    """Show the moving volume half through over the fixed one, in the slices."""
    import slicer

    slicer.util.setSliceViewerLayers(background=fixed, foreground=moving, foregroundOpacity=0.5, fit=True)


def _load(path: Any, name: str) -> None:
    """Load the volume that was resampled, out of the way of the views."""
    import slicer

    slicer.util.loadVolume(str(path), {"name": name, "show": False})
