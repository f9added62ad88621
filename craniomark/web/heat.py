"""A predicted shape in the colours of its errors, with the true one, as DeepSSMModule shows it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.heat_colours import COUNT, colours
from craniomark.desktop.heat_histogram import share_above
from craniomark.desktop.heat_view import SIGNED, HeatChoices, HeatView, scalar_of, scalar_words
from craniomark.desktop.shape_results import TABLE, Found
from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError
from craniomark.ground.meshes import Surface, read_surface
from craniomark.web.bars import BINS, Histogram, hex_colours, histogram
from craniomark.web.picking import Picked, VertexMark
from craniomark.web.shading import shade_smoothly

_NONE = np.empty(0)


@dataclass(frozen=True, eq=False)
class Compared:
    """A predicted surface and the true one, LPS mm, with the scalars of an analysis."""

    predicted: Surface
    true: Surface


def true_beside(path: Path) -> Path | None:
    """The true surface that an analysis of shapes put beside a predicted one; None for other surfaces."""
    analysis = path.parent.parent
    true = analysis / "true" / path.name
    whole = path.parent.name == "meshes" and (analysis / TABLE).is_file() and true.is_file()
    return true if whole else None


def read_compared(predicted: Path, true: Path) -> Compared:
    """Read both.

    Raises
    ------
    InputError
        If one can't be read, or the predicted one has no errors.
    """
    found = Compared(read_surface(predicted), read_surface(true))
    if not {SIGNED, "error_mm"} & set(found.predicted.scalars):
        raise InputError(predicted, "errors at the vertices", "none", "analyse the predictions again")
    return found


class HeatShown:
    """The specimen of an analysis that is shown; none at the beginning.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    """

    def __init__(self, scene_of: Callable[[], Any]) -> None:
        self.view, self._mark = HeatView(scene_of), VertexMark(scene_of)
        self.name, self.chosen = "", HeatChoices()
        self.found: Found | None = None
        self.picked: Picked | None = None

    def show(self, name: str, compared: Compared, found: Found | None) -> None:
        """Show another specimen as the last one was shown, with its line of the analysis."""
        self._forget_pick()
        self.name, self.found = name, found
        self.view.show(name, compared.predicted, compared.true, self.chosen)
        pairs = ((self.view.node, compared.predicted), (self.view.true_node, compared.true))
        for node, surface in pairs:
            if node is not None:
                shade_smoothly(node, surface)
                display = node.GetDisplayNode()
                display.SetVisibility2D(False)
                display.SetInterpolation(display.PhongInterpolation)
                display.SetAmbient(0.3)  # the colours must be read at the edges too

    def choose(self, **changes: Any) -> None:
        """Show it otherwise: fields of `HeatChoices`.

        Raises
        ------
        InputError
            If a number is negative, or the opacity more than 1.
        """
        chosen = replace(self.chosen, **changes)
        for words, value in ((tr("end of the colours"), chosen.most), (tr("threshold"), chosen.threshold)):
            if not 0 <= value < np.inf:
                raise InputError(self.name, words, f"{value:g}", tr("give 0 or more, in mm"))
        if not 0 <= chosen.opacity <= 1:
            raise InputError(self.name, tr("opacity"), f"{chosen.opacity:g}", tr("choose one from 0 to 1"))
        self.chosen = chosen
        self.view.choose(chosen)
        if self.picked is not None:
            value = float(self.values[self.picked.vertex])
            self.picked = replace(self.picked, value=value)

    @property
    def values(self) -> NDArray[np.float64]:
        """The numbers that are shown, mm, a vertex each; empty where nothing is."""
        return self.view.values(self.chosen)

    @property
    def most(self) -> float:
        """End of the colours, mm."""
        return self.view.end(self.chosen)

    @property
    def signed(self) -> bool:
        """Whether the numbers have signs."""
        return self.view.surface is not None and scalar_of(self.chosen, self.view.surface) == SIGNED

    @property
    def counts(self) -> Histogram | None:
        """How often each value occurs between the ends of the colours; None where nothing is shown."""
        values, most = self.values, self.most
        return histogram(values, -most if self.signed else 0.0, most) if len(values) else None

    @property
    def bar_colours(self) -> list[str]:
        """Of the bins, as a page writes them."""
        mixed = colours(self.signed, self.most, self.chosen.threshold)
        at = np.round((np.arange(BINS) + 0.5) / BINS * (COUNT - 1)).astype(int)
        return hex_colours((red, green, blue) for red, green, blue in mixed[at].tolist())

    @property
    def words(self) -> str:
        """What the numbers are."""
        return scalar_words(scalar_of(self.chosen, self.view.surface)) if self.view.surface else ""

    @property
    def share(self) -> float:
        """Share of the vertices whose error is above the threshold."""
        return share_above(self.values, self.chosen.threshold)

    def pick(self, ras: NDArray[np.float64]) -> Picked | None:
        """Choose the vertex of the predicted surface nearest to a place in the world, RAS mm, shape (3,)."""
        if self.view.surface is None:
            return None
        self.picked = self._mark.put(self.view.surface, self.values, ras)
        return self.picked

    def end(self) -> None:
        """Show none."""
        self._forget_pick()
        self.view.clear()
        self.name, self.found = "", None

    def _forget_pick(self) -> None:
        self._mark.end()
        self.picked = None
