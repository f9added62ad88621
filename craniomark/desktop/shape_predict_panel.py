"""The section Predict: the shape of a skull of the scene, by a shape model."""

from collections.abc import Callable
from typing import Any

from craniomark.desktop.heat_colours import DOUBTS, put_colours
from craniomark.desktop.heat_view import DOUBT
from craniomark.desktop.model_picker import ModelPicker
from craniomark.desktop.panel import MessageLine, guarded
from craniomark.desktop.shape_desk import ShapeDesk
from craniomark.desktop.words import tr
from craniomark.mrml import Node, surface_of
from craniomark.mrml.models import MODEL

OPACITY = 0.5
"""Of a skull's own surface, so that the predicted one is seen through it."""
LEAST_MM = 0.01
"""Shortest span of the colours."""


class ShapePredictPanel:
    """Ties the widgets to the presenter.

    Parameters
    ----------
    ui : object
        Widgets of ``DeepSSMModule.ui`` by name.
    desk : ShapeDesk
        Holds the presenter.
    message : MessageLine
        Tells sentences.
    skull : callable
        Gives the chosen volume or surface model.
    chosen : callable
        Given the path of the model that the user chooses, empty for the automatic choice.
    """

    def __init__(
        self,
        ui: Any,
        desk: ShapeDesk,
        message: MessageLine,
        skull: Callable[[], Node | None],
        chosen: Callable[[str], None],
    ) -> None:
        self.ui, self._desk, self._skull = ui, desk, skull
        self.picker = ModelPicker(ui.shapeModelBox, ui.shapeModelCard, "shape", "surface", chosen)
        desk.predicting.shown = self._show
        ui.predictButton.connect("clicked()", guarded(message, self._predict))
        ui.shapeModelButton.connect("clicked()", guarded(message, self.picker.browse))

    def refresh(self) -> None:
        """Offer what there is enough chosen for."""
        ui, there = self.ui, self._skull() is not None
        ui.predictButton.enabled = there and not self._desk.busy
        ready = tr("Predict the surface and the landmarks of this skull; it stays as it is.")
        ui.predictButton.toolTip = ready if there else tr("Choose a scan or a surface model first.")

    def _predict(self) -> None:
        card = self.picker.shown_card
        model = self.picker.path or (str(card.path) if card is not None else "")
        self._desk.predicting.predict(self._skull(), model)

    def _show(self, surface: Node) -> None:
        """Show the surface in the colours of its uncertainty, where there is one."""
        import slicer

        display, bounds = surface.GetDisplayNode(), surface_of(surface).scalars.get(DOUBT)
        if bounds is not None:
            most = max(float(bounds.max()), LEAST_MM)
            table = put_colours(slicer.mrmlScene, False, most, 0.0, DOUBTS)
            display.SetAndObserveColorNodeID(table.GetID())
            display.SetActiveScalarName(DOUBT)
            display.SetScalarRangeFlag(display.UseManualScalarRange)
            display.SetScalarRange(0.0, most)
            display.SetScalarVisibility(True)
        skull = self._skull()
        if skull is not None and skull.IsA(MODEL) and skull.GetDisplayNode() is not None:
            skull.GetDisplayNode().SetOpacity(OPACITY)
