"""Smooth random deformations, which never fold: from control points, or from smoothed noise.

Both were used for sections of tissue long before networks: displacements drawn at control points and
interpolated, and white noise smoothed by a Gaussian (Simard, Steinkraus and Platt, 2003).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from craniomark.parts.augment.grid import Grid, mapped
from craniomark.parts.augment.intensity import blurred
from craniomark.parts.augment.steps import Step

Array = NDArray[np.float64]
STEEPEST = 0.8
"""Steepest change of a displacement, mm per mm; steeper fields are made smaller, so that none folds."""
_ROUNDS, _NEAR_MM = 200, 1e-9


class Elastic(Step):
    """Displacements of a grid's voxels, linear between them and constant beyond them."""

    moves: ClassVar[bool] = True

    def displacements(self, grid: Grid) -> torch.Tensor:
        """Vectors from what comes out to where it was, mm along the grid's axes: (axes, *grid.shape)."""
        raise NotImplementedError

    def back(self, places: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Where what comes out at `places` was."""
        return places + _at(_kept_field(self, grid).to(places), places, grid)

    def forth(self, places: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Where things go: the exact inverse of `back`, by repeated substitution, which closes in."""
        field = _kept_field(self, grid).to(places)
        found = places
        for _ in range(_ROUNDS):
            last, found = found, places - _at(field, found, grid)
            if not bool(((found - last).abs() > _NEAR_MM).any()):
                break
        return found

    def everywhere_back(self, like: torch.Tensor, grid: Grid) -> torch.Tensor:
        """`back` at the grid's own voxels, which needs no interpolation."""
        return grid.places(like) + _kept_field(self, grid).to(like).movedim(0, -1)


@dataclass(frozen=True)
class ControlPointElastic(Elastic):
    """Displacements of a coarse lattice of control points, with cubic B-splines between them.

    Attributes
    ----------
    vectors : nested tuple, shape (axes, n0, n1[, n2])
        Coefficients of the splines along each axis, mm; the lattice spans the grid with one control
        point beyond each end.
    """

    vectors: tuple[tuple[tuple[tuple[float, ...], ...], ...], ...]

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if the lattice does not suit the grid."""
        shape = np.asarray(self.vectors).shape
        if len(shape) != grid.axes + 1 or shape[0] != grid.axes or min(shape[1:]) < 4:
            remedy = f"give {grid.axes} components at four or more control points along each axis"
            raise ValueError(f"vectors has shape {shape}: {remedy}")

    def displacements(self, grid: Grid) -> torch.Tensor:
        """Vectors at the grid's voxels, mm along its axes."""
        field = np.asarray(self.vectors, dtype=np.float64)
        for axis, count in enumerate(grid.shape, start=1):
            weights = spline_weights(count, field.shape[axis])
            field = np.moveaxis(np.tensordot(weights, field, axes=(1, axis)), 0, axis)
        return torch.from_numpy(np.ascontiguousarray(field))


@dataclass(frozen=True)
class GaussianElastic(Elastic):
    """White noise, smoothed by a Gaussian.

    Attributes
    ----------
    seed : int
        Of the noise.
    width : float
        Standard deviation of the Gaussian, mm.
    amplitude : tuple of float
        Standard deviation of the displacement along each axis of the grid, mm.
    """

    seed: int
    width: float
    amplitude: tuple[float, ...]

    def __post_init__(self) -> None:
        if not 0 < self.width < np.inf:
            raise ValueError(f"width is {self.width}: give positive mm")
        if not all(0 <= one < np.inf for one in self.amplitude):
            raise ValueError(f"amplitude is {self.amplitude}: give mm that are not negative")

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if the step is for another number of axes."""
        if len(self.amplitude) != grid.axes:
            raise ValueError(f"amplitude is {self.amplitude}: give {grid.axes} numbers")

    def displacements(self, grid: Grid) -> torch.Tensor:
        """Vectors at the grid's voxels, mm along its axes."""
        noise = np.random.default_rng(self.seed).standard_normal((grid.axes, *grid.shape), dtype=np.float32)
        field = torch.from_numpy(noise)[:, None]
        for axis, step in enumerate(grid.spacing):
            field = blurred(field, torch.full((grid.axes,), self.width / step), (axis,))
        size = torch.tensor(self.amplitude).view(-1, *(1,) * grid.axes)
        return field[:, 0] / _deviation(grid, self.width) * size


def spline_weights(count: int, points: int) -> Array:
    """Cubic B-spline weights, shape (count, points), of `count` voxels between the inner control points."""
    place = np.linspace(0, points - 3, count) if count > 1 else np.array([(points - 3) / 2])
    distance = np.abs(place[:, None] + 1 - np.arange(points))
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = (2 - np.minimum(distance, 2)) ** 3 / 6
    return np.asarray(np.where(distance < 1, near, far))


def steepness(field: torch.Tensor, grid: Grid) -> float:
    """Upper bound of the change of a displacement field, shape (axes, *shape), mm per mm."""
    total = 0.0
    for axis, step in enumerate(grid.spacing, start=1):
        if field.shape[axis] > 1:
            total += float(field.diff(dim=axis).square().sum(0).max()) / step**2
    return float(np.sqrt(total))


@lru_cache(maxsize=2)
def _kept_field(step: Elastic, grid: Grid) -> torch.Tensor:
    """The field of a step without folds, kept for image, mask and points of one sample."""
    along = step.displacements(grid).double()
    field = torch.tensordot(torch.from_numpy(grid.directions), along, dims=1)
    return (field * min(1.0, STEEPEST / max(steepness(field, grid), 1e-12))).float()


def _deviation(grid: Grid, width: float) -> torch.Tensor:
    """Standard deviation that smoothing leaves of white noise, shape (*shape,) of the grid."""
    found = torch.ones(())
    for axis, (count, step) in enumerate(zip(grid.shape, grid.spacing, strict=True)):
        eye = torch.eye(count)[:, None, :, None]
        kernel = blurred(eye, torch.full((count,), width / step), (0,))[:, 0, :, 0]
        line = kernel.square().sum(0).sqrt()
        found = found * line.view([-1 if one == axis else 1 for one in range(grid.axes)])
    return found


def _at(field: torch.Tensor, places: torch.Tensor, grid: Grid) -> torch.Tensor:
    """A field, shape (axes, *shape), between its voxels, at places, mm, shape (..., axes)."""
    index = mapped(places, np.linalg.inv(grid.array)).reshape(-1, grid.axes)
    size = torch.tensor(grid.shape).to(index)
    # torch counts the axes of a grid from the last one.
    where = ((2 * index + 1) / size - 1).flip(-1).view(1, *(1,) * (grid.axes - 1), -1, grid.axes)
    found = F.grid_sample(field[None], where, padding_mode="border", align_corners=False)
    return found.view(grid.axes, -1).T.reshape(places.shape)
