"""A predicted and the true surface in the scene, over one another or side by side, in the errors' colours."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.heat_colours import put_colours
from craniomark.desktop.marked_chart import MARK, marked
from craniomark.desktop.words import tr
from craniomark.ground.meshes import Surface
from craniomark.mrml import Node, Scene, add_linear, add_surface, put_linear, put_surface

ERROR, SIGNED, DOUBT = "error_mm", "signed_error_mm", "bound90_mm"
_PREDICTED, _TRUE, _BESIDE = "predicted shape", "true shape", "beside"
_GAP = 1.15
"""Of the width, between two surfaces side by side."""


@dataclass(frozen=True)
class HeatChoices:
    """What is shown of a specimen.

    Attributes
    ----------
    doubt : bool
        The uncertainty in place of the error.
    signed : bool
        Errors with their signs: positive where the prediction lies outside.
    most : float
        End of the colours, mm; 0 fits them to the specimen.
    threshold : float
        Size under which errors are grey, mm.
    beside : bool
        The true surface beside the predicted one, not over it.
    opacity : float
        Of the true surface, 0 to 1.
    """

    doubt: bool = False
    signed: bool = True
    most: float = 0.0
    threshold: float = 0.0
    beside: bool = False
    opacity: float = 0.35


class HeatView:
    """The nodes of one specimen, which are used again for the next.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    """

    def __init__(self, scene_of: Callable[[], Scene]) -> None:
        self._scene_of = scene_of
        self.surface: Surface | None = None
        """The predicted one that is shown; None where there is none."""
        self._true: Surface | None = None

    def show(self, name: str, predicted: Surface, true: Surface, chosen: HeatChoices) -> None:
        """Show another specimen."""
        self.surface, self._true = predicted, true
        for mark, surface, words in (
            (_PREDICTED, predicted, tr("{name} predicted")), (_TRUE, true, tr("{name} true")),
        ):  # fmt: skip
            self._put(mark, surface, words.format(name=name))
        self.choose(chosen)

    def choose(self, chosen: HeatChoices) -> None:
        """Show the same specimen otherwise."""
        predicted, true = self.node, self.true_node
        if self.surface is None or predicted is None or true is None:
            return
        name = scalar_of(chosen, self.surface)
        signed, most = name == SIGNED, self.end(chosen)
        table = put_colours(self._scene_of(), signed, most, chosen.threshold)
        for node, scalar in ((predicted, name), (true, ERROR)):
            display = node.GetDisplayNode()
            display.SetAndObserveColorNodeID(table.GetID())
            display.SetActiveScalarName(scalar)
            display.SetScalarVisibility(node is predicted or (chosen.beside and not signed))
            display.SetScalarRangeFlag(display.UseManualScalarRange)
            display.SetScalarRange(-most if signed else 0.0, most)
        plain = true.GetDisplayNode()
        plain.SetColor(0.55, 0.66, 0.78)
        plain.SetOpacity(1.0 if chosen.beside else chosen.opacity)
        plain.SetVisibility(chosen.beside or chosen.opacity > 0)
        self._place(chosen.beside)

    def end(self, chosen: HeatChoices) -> float:
        """End of the colours, mm: as chosen, or what 99 % of the vertices stay under."""
        if chosen.most > 0 or self.surface is None:
            return max(chosen.most, 1e-6)
        values = np.abs(self.surface.scalars[scalar_of(chosen, self.surface)])
        return max(float(np.quantile(values, 0.99)), 1e-6)

    def values(self, chosen: HeatChoices) -> NDArray[np.float64]:
        """The numbers that are shown, mm, a vertex each; empty where nothing is."""
        if self.surface is None:
            return np.empty(0)
        return np.asarray(self.surface.scalars[scalar_of(chosen, self.surface)], dtype=np.float64)

    @property
    def has_doubt(self) -> bool:
        """Whether the uncertainty is known."""
        return self.surface is not None and DOUBT in self.surface.scalars

    @property
    def node(self) -> Node | None:
        """The model of the predicted surface."""
        return marked(self._scene_of(), _PREDICTED, "Model")

    @property
    def true_node(self) -> Node | None:
        """The model of the true surface."""
        return marked(self._scene_of(), _TRUE, "Model")

    def clear(self) -> None:
        """Take all of it out of the scene."""
        scene = self._scene_of()
        for node in (self.node, self.true_node, marked(scene, _BESIDE, "LinearTransform")):
            if node is not None:
                scene.RemoveNode(node)
        self.forget()

    def forget(self) -> None:
        """The scene is gone."""
        self.surface = self._true = None

    def _put(self, mark: str, surface: Surface, name: str) -> None:
        scene = self._scene_of()
        node = marked(scene, mark, "Model")
        if node is None:
            node = add_surface(scene, surface, name)
            node.SetAttribute(MARK, mark)
            node.GetDisplayNode().SetVisibility2D(True)
            return
        node.SetAndObserveTransformNodeID(None)
        put_surface(surface, node)
        node.SetName(name)

    def _place(self, beside: bool) -> None:
        """Move the true surface to the left of the predicted one, or back."""
        node = self.true_node
        assert self.surface is not None and self._true is not None and node is not None
        if not beside:
            node.SetAndObserveTransformNodeID(None)
            return
        shift = np.eye(4)
        width = max(np.ptp(one.vertices[:, 0]) for one in (self.surface, self._true))
        shift[0, 3] = _GAP * float(width)
        scene = self._scene_of()
        transform = marked(scene, _BESIDE, "LinearTransform")
        if transform is None:
            transform = add_linear(scene, shift, tr("True shape beside"))
            transform.SetAttribute(MARK, _BESIDE)
        else:
            put_linear(shift, transform, world=True)
        node.SetAndObserveTransformNodeID(transform.GetID())


def scalar_of(chosen: HeatChoices, surface: Surface) -> str:
    """Name of the scalar that is shown: the error where no uncertainty is known."""
    if chosen.doubt and DOUBT in surface.scalars:
        return DOUBT
    return SIGNED if chosen.signed and SIGNED in surface.scalars else ERROR


def scalar_words(name: str) -> str:
    """What a scalar is called above the colour bar."""
    return {
        SIGNED: tr("outside +, inside -, mm"), ERROR: tr("distance, mm"), DOUBT: tr("90 % stay under, mm"),
    }.get(name, name)  # fmt: skip
