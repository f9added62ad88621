"""Test-time averages over mirror images and exchanged axes, each undone exactly.

With sections across one axis there are sixteen: each axis mirrored or not, and the two axes within
sections exchanged or not. A picture has eight.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.moves import Mirror

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Symmetry:
    """Axes of space, the last ones of a tensor, exchanged and mirrored; copies without interpolation.

    Attributes
    ----------
    order : tuple of int
        For each axis of what comes out, the axis that it was, counted from 0.
    flipped : tuple of bool
        Whether each axis of what comes out runs backwards.
    """

    order: tuple[int, ...]
    flipped: tuple[bool, ...]

    def image(self, image: torch.Tensor) -> torch.Tensor:
        """An image or mask, shape (..., *shape), turned."""
        before = image.ndim - len(self.order)
        turned = image.permute(*range(before), *(before + axis for axis in self.order))
        return turned.flip([before + axis for axis, flipped in enumerate(self.flipped) if flipped])

    def image_back(self, image: torch.Tensor) -> torch.Tensor:
        """The inverse of `image`, for images, masks and maps of probability."""
        return self.inverse.image(image)

    def vectors(self, field: torch.Tensor) -> torch.Tensor:
        """A field, shape (..., axes, *shape), turned: its vectors along the axes are turned with it."""
        space = -len(self.order) - 1
        turned = self.image(field).index_select(space, torch.tensor(self.order, device=field.device))
        signs = torch.tensor([-1.0 if one else 1.0 for one in self.flipped]).to(turned)
        return turned * signs.view(-1, *(1,) * len(self.order))

    def vectors_back(self, field: torch.Tensor) -> torch.Tensor:
        """The inverse of `vectors`."""
        return self.inverse.vectors(field)

    def points(self, points: ArrayLike, shape: Sequence[int]) -> Array:
        """Indices, shape (..., axes), of an image of `shape`, where they are in the turned one."""
        turned = np.asarray(points, dtype=np.float64)[..., list(self.order)]
        ends = np.array(shape)[list(self.order)] - 1
        return np.asarray(np.where(self.flipped, ends - turned, turned))

    def points_back(self, points: ArrayLike, shape: Sequence[int]) -> Array:
        """The inverse of `points`; `shape` is still that of the image before it was turned."""
        return self.inverse.points(points, [shape[axis] for axis in self.order])

    @property
    def inverse(self) -> "Symmetry":
        """What undoes it."""
        back = [self.order.index(axis) for axis in range(len(self.order))]
        return Symmetry(tuple(back), tuple(self.flipped[axis] for axis in back))

    def step(self) -> Mirror:
        """The same as a step of a transform."""
        return Mirror(self.order, self.flipped)


def symmetries(axes: int = 3, sections: int = 2) -> tuple[Symmetry, ...]:
    """All mirror images with and without exchange of two axes: 16 of a volume, 8 of a picture.

    Parameters
    ----------
    axes : int
        2 or 3.
    sections : int
        The axis of a volume that is not exchanged, as it has other voxels; no matter in two dimensions.
    """
    if axes not in (2, 3) or not 0 <= sections < 3:
        raise ValueError(f"axes is {axes} and sections {sections}: give 2 or 3, and an axis from 0 to 2")
    one, two = [axis for axis in range(axes) if axes == 2 or axis != sections]
    exchanged = list(range(axes))
    exchanged[one], exchanged[two] = two, one
    orders = (tuple(range(axes)), tuple(exchanged))
    return tuple(Symmetry(o, f) for o in orders for f in itertools.product((False, True), repeat=axes))


def averaged(
    predict: Callable[[torch.Tensor], torch.Tensor], images: torch.Tensor, among: Sequence[Symmetry],
    kind: str = "image",
) -> torch.Tensor:  # fmt: skip
    """Mean of predictions for turned images, each turned back.

    Parameters
    ----------
    predict : callable
        From images, shape (B, C, *shape), to a tensor whose last axes are those of the images.
    images : Tensor, shape (B, C, *shape)
        What is predicted from.
    among : sequence of Symmetry
        From `symmetries`.
    kind : {"image", "vectors"}
        Masks, probabilities, distances; or vectors along the axes, (B, axes, *shape).
    """
    if kind not in ("image", "vectors"):
        raise ValueError(f'kind is {kind!r}: give "image" or "vectors"')
    total: torch.Tensor | None = None
    for one in among:
        found = predict(one.image(images))
        back = one.image_back(found) if kind == "image" else one.vectors_back(found)
        total = back if total is None else total + back
    if total is None:
        raise ValueError("among is empty: give at least one symmetry")
    return total / len(among)


def averaged_points(
    predict: Callable[[torch.Tensor], ArrayLike], images: torch.Tensor, among: Sequence[Symmetry], grid: Grid
) -> Array:
    """Mean of points predicted for turned images, each turned back; NaN ones are left out.

    Parameters
    ----------
    predict : callable
        From images, shape (B, C, *shape), to voxel indices, shape (B, N, axes).
    images : Tensor, shape (B, C, *shape)
        What is predicted from.
    among : sequence of Symmetry
        From `symmetries`.
    grid : Grid
        Of the images.

    Returns
    -------
    ndarray, shape (B, N, axes)
        mm; NaN where all were.
    """
    found = np.array([one.points_back(predict(one.image(images)), grid.shape) for one in among])
    there = np.isfinite(found).all(-1, keepdims=True)
    count = there.sum(0)
    mean = np.where(there, found, 0.0).sum(0) / np.maximum(count, 1)
    return grid.to_mm(np.where(count > 0, mean, np.nan))
