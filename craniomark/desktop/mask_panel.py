"""The widgets of the section Bone mask: a button, and a slider from the scan alone to its mask over it."""

from collections.abc import Callable
from typing import Any

from craniomark.desktop.orient_desk import OrientDesk
from craniomark.desktop.panel import MessageLine, guarded
from craniomark.desktop.words import tr
from craniomark.mrml import Node

SHOWN = 60
"""Percent of the mask's opacity at first."""


class MaskPanel:
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
        Gives the volume, and the path of the model or None.
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
        self._presenter = desk.mask
        self._presenter.shown = self._show
        ui.maskButton.connect("clicked()", guarded(message, self._make))
        ui.maskSlider.connect("valueChanged(int)", guarded(message, self._slide))

    def refresh(self) -> None:
        """Offer what there is enough chosen for."""
        ui, there = self.ui, self._chosen()[0] is not None
        ui.maskButton.enabled = there and not self._desk.busy
        ready = tr("Mark the bone of the volume.")
        ui.maskButton.toolTip = ready if there else tr("Choose a volume first.")
        for widget in (ui.scanAloneLabel, ui.maskSlider, ui.maskOverLabel):
            widget.enabled = self._presenter.mask is not None

    def _make(self) -> None:
        self._begin()
        self._presenter.make(*self._chosen())

    def _show(self, volume: Node, mask: Node) -> None:
        """Show the mask over its scan, in the slices."""
        import slicer

        slicer.util.setSliceViewerLayers(background=volume, label=mask, labelOpacity=SHOWN / 100)
        self.ui.maskSlider.value = SHOWN

    def _slide(self, value: int) -> None:
        import slicer

        if self._presenter.mask is not None:
            slicer.util.setSliceViewerLayers(labelOpacity=value / 100)
