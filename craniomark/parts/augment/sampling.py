"""One interpolation: all moves of a transform become one map, by which an image is read once."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from craniomark.parts.augment.elastic import Elastic
from craniomark.parts.augment.grid import Grid, mapped
from craniomark.parts.augment.steps import Step

Array = NDArray[np.float64]
Places = Array | torch.Tensor
_WHOLE = 1e-6
"""Voxels within which a map is taken for one of whole voxels."""


def sampling_places(
    moving: Sequence[tuple[Step, Grid]], first: Grid, last: Grid, device: torch.device
) -> Places:
    """Index in the image of each voxel that comes out.

    Parameters
    ----------
    moving : sequence of (Step, Grid)
        Steps that move, with the grids that they are given.
    first, last : Grid
        Of the image, and of what comes out.
    device : torch.device
        Where the places are needed.

    Returns
    -------
    ndarray, shape (axes + 1, axes + 1), or Tensor, shape (*last.shape, axes)
        The matrix where all moves are affine, else the indices.
    """
    matrix = last.array  # of the voxels that come out, to mm
    places: torch.Tensor | None = None
    like = torch.zeros((), dtype=torch.float32, device=device)
    for step, grid in reversed(moving):
        linear = step.linear(grid)
        if linear is not None:
            back = np.linalg.inv(linear)
            matrix, places = back @ matrix, None if places is None else mapped(places, back)
        elif places is None and isinstance(step, Elastic) and _same(matrix, grid, last):
            places = step.everywhere_back(like, grid)
        else:
            places = step.back(last.places(like, matrix) if places is None else places, grid)
    to_index = np.linalg.inv(first.array)
    return to_index @ matrix if places is None else mapped(places, to_index)


def sampled(images: torch.Tensor, places: Places, shape: Sequence[int], mode: str) -> torch.Tensor:
    """Images, shape (B, C, *shape), read at places from `sampling_places`; 0 outside.

    Maps of whole voxels are copies without interpolation, so that mirror images are exact.
    """
    axes = images.ndim - 2
    if isinstance(places, np.ndarray):
        whole = _whole(places)
        if whole is not None:
            return _copied(images, whole, shape)
        places = Grid.of(tuple(shape)).places(images, places)
    size = torch.tensor(images.shape[2:]).to(places)
    # torch counts the axes of a grid from the last one.
    where = ((2 * places + 1) / size - 1).flip(-1).expand(len(images), *(-1,) * (axes + 1))
    return F.grid_sample(images, where.to(images.dtype), mode=mode, align_corners=False)


def _same(matrix: Array, grid: Grid, last: Grid) -> bool:
    return grid.shape == last.shape and np.allclose(
        matrix, grid.array, rtol=0, atol=1e-9 * grid.spacing.min()
    )


def _whole(matrix: Array) -> NDArray[np.int64] | None:
    """The index map in whole numbers, if it only exchanges, mirrors and shifts axes by voxels."""
    rounded = np.rint(matrix)
    turn = np.abs(rounded[:-1, :-1])
    fits = bool((turn.sum(0) == 1).all() and (turn.sum(1) == 1).all())
    if not fits or np.abs(matrix - rounded).max() > _WHOLE:
        return None
    return rounded.astype(np.int64)


def _copied(images: torch.Tensor, index: NDArray[np.int64], shape: Sequence[int]) -> torch.Tensor:
    """Voxel i of what comes out is voxel `index` @ i of the image."""
    sources = [int(np.argmax(np.abs(index[:-1, axis]))) for axis in range(len(shape))]
    turned = images.permute(0, 1, *(2 + one for one in sources))
    for axis, source in enumerate(sources):
        sign, start = int(index[source, axis]), int(index[source, -1])
        there = turned.shape[2 + axis]
        if (sign, start, there) == (1, 0, shape[axis]):
            continue
        wanted = start + sign * torch.arange(shape[axis], device=images.device)
        inside = (wanted >= 0) & (wanted < there)
        turned = turned.index_select(2 + axis, wanted.clamp(0, there - 1))
        if not bool(inside.all()):
            turned = turned * inside.view([-1 if one == axis + 2 else 1 for one in range(turned.ndim)])
    return turned.contiguous()
