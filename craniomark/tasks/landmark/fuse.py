"""Patch matching and networks as second opinions to one another."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.engine.patchmatch import keep_order
from craniomark.ground.geometry import ShapeModel, apply, invert
from craniomark.tasks.landmark.opinions import Opinion, consensus
from craniomark.tasks.landmark.place import Placement, settled_placement

Array = NDArray[np.float64]

OF_PATCHES, OF_FOCUS, OF_LEVELS = 2.0, 1.0, 1.0
"""Weights in the consensus: patch matching counts as much as the networks together."""
_ROUNDS_FROM_LEVELS = 2


class Answer(Protocol):
    """Landmarks in the template's frame, mm, and the doubts of an ensemble."""

    @property
    def points(self) -> Array:
        """Shape (L, 3)."""
        ...

    @property
    def spread(self) -> Array:
        """Of the heatmaps, shape (L,)."""
        ...

    @property
    def disagreement(self) -> Array:
        """Of the ensemble's members, shape (L,)."""
        ...


@dataclass(frozen=True, eq=False)
class Networks:
    """The landmark levels, each an ensemble behind one function.

    Attributes
    ----------
    levels : callable, optional
        All landmarks of an image in the template's frame, from nothing.
    focus : callable
        Landmarks near given ones, from an image in the template's frame.
    """

    levels: Callable[[Image], Answer] | None
    focus: Callable[[Image, Array], Answer]


def fused(image: Image, placement: Placement, networks: Networks, shape: ShapeModel) -> Placement:
    """A placement by patches, fused with what networks say in its frame.

    The focus network looks about the points of patch matching, and, independently, about those that
    the whole-skull level finds, or, without that, about the mean shape. As all of this happens in the
    frame of the placement, the same skull gets the same answer in any pose.

    Parameters
    ----------
    image : Image
        Specimen, bone brightness 1.
    placement : Placement
        Of patch matching.
    networks : Networks
        Trained in the frame of `shape`.
    shape : ShapeModel
        Mean and modes in the template's frame.
    """
    canonical = image.moved(invert(placement.template_to_specimen))
    seen = placement.match.in_view
    opinions = [Opinion("patches", placement.points, placement.match.spread, OF_PATCHES)]
    near = networks.focus(canonical, placement.points)
    opinions.append(_opinion("focus", near, OF_FOCUS))
    starts = shape.mean if networks.levels is None else networks.levels(canonical).points
    for _ in range(_ROUNDS_FROM_LEVELS):
        answer = networks.focus(canonical, starts)
        starts = answer.points
    opinions.append(_opinion("levels", answer, OF_LEVELS))
    agreed = consensus(opinions)
    points = keep_order(agreed.points, placement.points, shape.mean)
    points = np.where(seen[:, None], points, placement.points)
    settled = settled_placement(placement.template_to_specimen, points, placement.match, shape)
    return replace(settled, texture=placement.texture, consensus=agreed)


def _opinion(method: str, answer: Answer, weight: float) -> Opinion:
    doubt = np.sqrt(np.nan_to_num(answer.spread) ** 2 + np.nan_to_num(answer.disagreement) ** 2)
    return Opinion(method, answer.points, doubt, weight)


@dataclass(frozen=True, eq=False)
class _Moved:
    """An answer carried into another frame of almost the same size."""

    points: Array
    spread: Array
    disagreement: Array


def in_frame(networks: Networks, own_to_other: Array) -> Networks:
    """The same networks for images in another frame.

    Parameters
    ----------
    networks : Networks
        In their own frame.
    own_to_other : ndarray, shape (4, 4)
        Similarity, mm to mm, that hardly changes the size.
    """
    back, levels = invert(own_to_other), networks.levels

    def carried(answer: Answer) -> Answer:
        return _Moved(apply(own_to_other, answer.points), answer.spread, answer.disagreement)

    def locate(image: Image) -> Answer:
        assert levels is not None
        return carried(levels(image.moved(back)))

    def focus(image: Image, starts: Array) -> Answer:
        return carried(networks.focus(image.moved(back), apply(back, starts)))

    return Networks(locate if levels is not None else None, focus)
