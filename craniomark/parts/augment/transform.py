"""Transforms: what was done to a sample, in numbers that can be kept and done again."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.sampling import Places, sampled, sampling_places
from craniomark.parts.augment.steps import Step
from craniomark.parts.augment.written import step_from, step_values

Array = NDArray[np.float64]
SCHEMA = 1


@dataclass(frozen=True)
class Transform:
    """Steps in the order in which they act on the content of an image.

    Steps that move come first and become one map, so that an image is interpolated once. No two adjacent
    sections are defective. Within the steps, places are mm from the middle of `grid`.

    Attributes
    ----------
    grid : Grid
        Of the images that it is for.
    steps : tuple of Step
        What is done.

    Raises
    ------
    ValueError
        If a step does not suit the grid, a step that moves follows one that only changes looks, or two
        adjacent sections are defective.
    """

    grid: Grid
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        _ = self._local  # checks each step against the grid that it is given
        phases = [2 if not step.moves else 1 if step.looks else 0 for step in self.steps]
        if phases != sorted(phases):
            names = ", ".join(type(step).__name__ for step in self.steps)
            raise ValueError(f"steps are {names}: put what moves first, then folds, then what changes looks")
        _check_apart([one for step in self.steps for one in step.sections])

    @property
    def grid_after(self) -> Grid:
        """Of the images that come out."""
        last = self.steps[-1].grid_after(self._local[-1][1]) if self.steps else self._at_origin
        return last.moved(self.grid.centre)

    def forward(self, points: ArrayLike) -> Array:
        """Where points, shape (N, axes) mm, go; NaN where they are hidden or missing."""
        places = torch.from_numpy(np.asarray(points, dtype=np.float64) - self.grid.centre)
        for step, grid in self._local:
            if step.moves:
                matrix = step.linear(grid)
                places = step.forth(places, grid) if matrix is None else _affine(places, matrix)
            places = torch.where(step.hidden(places, grid)[:, None], torch.nan, places)
        return np.asarray(places.numpy() + self.grid.centre)

    def backward(self, points: ArrayLike) -> Array:
        """Where points, shape (N, axes) mm, of what comes out were."""
        places = torch.from_numpy(np.asarray(points, dtype=np.float64) - self.grid.centre)
        for step, grid in reversed(self._local):
            if step.moves:
                matrix = step.linear(grid)
                places = step.back(places, grid) if matrix is None else _affine(places, np.linalg.inv(matrix))
        return np.asarray(places.numpy() + self.grid.centre)

    def to_json(self) -> str:
        """All of it as text; `from_json` makes an equal transform of it."""
        values = {"schema": SCHEMA, "shape": self.grid.shape, "matrix": self.grid.matrix,
                  "steps": [step_values(step) for step in self.steps]}  # fmt: skip
        return json.dumps(values, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Transform":
        """The transform that `to_json` told.

        Raises
        ------
        ValueError
            If the text is none, or of another version of it.
        """
        values = json.loads(text)
        if not isinstance(values, dict) or values.get("schema") != SCHEMA:
            raise ValueError(f"text is no transform of version {SCHEMA}: give what to_json told")
        grid = Grid(tuple(values["shape"]), tuple(tuple(row) for row in values["matrix"]))
        return cls(grid, tuple(step_from(one) for one in values["steps"]))

    @cached_property
    def _at_origin(self) -> Grid:
        return self.grid.moved(-self.grid.centre)

    @cached_property
    def _local(self) -> list[tuple[Step, Grid]]:
        found, grid = [], self._at_origin
        for step in self.steps:
            step.checked(grid)
            found.append((step, grid))
            grid = step.grid_after(grid)
        return found


@dataclass(frozen=True, eq=False)
class Augmented:
    """What a transform made.

    Attributes
    ----------
    image : Tensor
        Shape of the transform's `grid_after`, behind the axes that stood before.
    mask : Tensor or None
        As the image, of its own type.
    points : ndarray or None, shape (N, axes)
        mm; NaN where missing, hidden, or outside the grid.
    grid : Grid
        Where the voxels lie.
    """

    image: torch.Tensor
    mask: torch.Tensor | None
    points: Array | None
    grid: Grid


def apply(
    transform: Transform, image: torch.Tensor, mask: torch.Tensor | None = None,
    points: ArrayLike | None = None, mask_mode: str = "nearest",
) -> Augmented:  # fmt: skip
    """Do to image, mask and points what a transform says: the same every time, on any device.

    Parameters
    ----------
    transform : Transform
        What is done.
    image : Tensor, shape (*shape), (C, *shape) or (B, C, *shape)
        Air about 0. The same is done to each of a batch; see `apply_each` for different ones.
    mask : Tensor, optional, like image
        Labels, whole numbers or truth values, of which 0 is background.
    points : array_like, optional, shape (N, axes)
        mm; NaN where missing.
    mask_mode : {"nearest", "linear"}
        The nearest voxel; or linear with a threshold of one half, smoother, for 0 and 1 alone.

    Returns
    -------
    Augmented

    Raises
    ------
    ValueError
        If an image has not the shape that the transform is for.
    """
    if mask_mode not in ("nearest", "linear"):
        raise ValueError(f'mask_mode is {mask_mode!r}: give "nearest" or "linear"')
    steps = transform._local
    moving = [pair for pair in steps if pair[0].moves]
    last = moving[-1][0].grid_after(moving[-1][1]) if moving else transform._at_origin
    place = sampling_places(moving, transform._at_origin, last, image.device)
    flat = _flat(image, transform.grid)
    found = sampled(flat, place, last.shape, "bilinear")
    for step, grid in steps:
        if step.looks:
            found = torch.stack([step.changed(one, grid) for one in found])
    result = found.reshape(*image.shape[: image.ndim - transform.grid.axes], *last.shape)
    shown = None if mask is None else _mask(transform, mask, place, last, mask_mode)
    return Augmented(result, shown, None if points is None else seen(transform, points), transform.grid_after)


def apply_each(
    transforms: Sequence[Transform], images: torch.Tensor, masks: torch.Tensor | None = None,
    points: Sequence[ArrayLike] | None = None, mask_mode: str = "nearest",
) -> list[Augmented]:  # fmt: skip
    """`apply` a transform of its own to each image of a batch, shape (B, C, *shape)."""
    others = [None] * len(transforms)
    each = zip(transforms, images, others if masks is None else masks, points or others, strict=True)
    return [apply(*one, mask_mode) for one in each]


def seen(transform: Transform, points: ArrayLike) -> Array:
    """Points, shape (N, axes) mm, where a transform brings them; NaN also where that is outside the grid."""
    moved = transform.forward(points)
    return np.where(transform.grid_after.holds(moved)[:, None], moved, np.nan)


def _mask(transform: Transform, mask: torch.Tensor, place: Places, last: Grid, mode: str) -> torch.Tensor:
    flat = _flat(mask, transform.grid)
    interpolation = "nearest" if mode == "nearest" else "bilinear"
    found = sampled(flat.float(), place, last.shape, interpolation)
    found = found if mode == "nearest" else (found >= 0.5).float()
    for step, grid in transform._local:
        if step.looks:
            found = torch.stack([step.masked(one, grid) for one in found])
    shape = (*mask.shape[: mask.ndim - transform.grid.axes], *last.shape)
    return found.to(mask.dtype).reshape(shape)


def _flat(image: torch.Tensor, grid: Grid) -> torch.Tensor:
    """The image with shape (B, C, *shape)."""
    before = image.ndim - grid.axes
    if not 0 <= before <= 2 or tuple(image.shape[before:]) != grid.shape:
        wanted = " x ".join(map(str, grid.shape))
        raise ValueError(
            f"image has shape {tuple(image.shape)}: give {wanted}, with at most batch and channel"
        )
    return image.reshape(*(1,) * (2 - before), *image.shape)


def _affine(places: torch.Tensor, matrix: NDArray[np.floating]) -> torch.Tensor:
    place = torch.from_numpy(matrix)
    return places @ place[:-1, :-1].T + place[:-1, -1]


def _check_apart(sections: Sequence[tuple[int, int]]) -> None:
    for axis, number in sections:
        if (axis, number + 1) in sections:
            raise ValueError(f"sections {number} and {number + 1} are both defective: defects lie apart")
    twice = [number for (_, number), count in Counter(sections).items() if count > 1]
    if twice:
        raise ValueError(f"section {twice[0]} is made defective twice: give it one defect")
