"""Deformable registration without learning: a lattice of displacements, from coarse to fine."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from craniomark.engine.image import Image, grid_points
from craniomark.engine.maps import Displacement
from craniomark.engine.similarity import local_correlation


@dataclass(frozen=True)
class Level:
    """One resolution.

    Attributes
    ----------
    spacing : float
        Of the image grid, mm.
    lattice : float
        Distance of the control points, mm.
    steps : int
        Steps of Adam.
    rate : float
        Its learning rate, mm.
    """

    spacing: float
    lattice: float
    steps: int
    rate: float


LEVELS = (Level(0.6, 3.0, 25, 0.06), Level(0.4, 1.6, 25, 0.03))
SMOOTHNESS = 2.0
WINDOW = 7


def register_deformable(
    fixed: Image, moving: Image, levels: tuple[Level, ...] = LEVELS, smoothness: float = SMOOTHNESS
) -> Displacement:
    """Map from points of `fixed` to the points of `moving` that look alike.

    Free-form deformation (Rueckert 1999) on a trilinear lattice: mean squared local correlation is
    climbed by Adam, with a diffusion penalty on the lattice.

    Parameters
    ----------
    fixed, moving : Image
        Roughly aligned, bone brightness about 1.
    levels : tuple of Level
        From coarse to fine.
    smoothness : float
        Weight of the penalty.

    Returns
    -------
    Displacement
        On the last level's lattice.
    """
    vectors: torch.Tensor | None = None
    lattice_matrix = fixed.matrix
    for level in levels:
        grid_shape, grid_matrix = grid_of(fixed, level.spacing)
        lattice_shape, lattice_matrix = grid_of(fixed, level.lattice)
        blur = level.spacing / 2
        target = fixed.smoothed(blur).on_grid(grid_shape, grid_matrix)
        source = moving.shrunk(level.spacing / 2).smoothed(blur)
        start = _resized(vectors, lattice_shape, fixed.voxels.device)
        vectors = _climb(target, source, start, lattice_matrix, level, smoothness)
    assert vectors is not None
    return Displacement(vectors, lattice_matrix)


def grid_of(image: Image, spacing: float) -> tuple[tuple[int, int, int], NDArray[np.float64]]:
    """Shape and matrix of a grid of about `spacing` mm whose outer points are those of `image`."""
    lengths = image.spacing * (np.array(image.shape) - 1)
    counts = np.maximum(np.round(lengths / spacing).astype(int) + 1, 4)
    steps = (np.array(image.shape) - 1) / (counts - 1)
    return (int(counts[0]), int(counts[1]), int(counts[2])), image.matrix @ np.diag([*steps, 1.0])


def _climb(
    target: Image,
    source: Image,
    start: torch.Tensor,
    matrix: NDArray[np.float64],
    level: Level,
    smoothness: float,
) -> torch.Tensor:
    points = grid_points(target.shape, target.matrix, target.voxels.device)
    vectors = start.clone().requires_grad_(True)
    optimiser = torch.optim.Adam([vectors], lr=level.rate)
    for _ in range(level.steps):
        optimiser.zero_grad()
        warped = source.at(Displacement(vectors, matrix)(points))
        likeness = local_correlation(target.voxels, warped, WINDOW)
        loss = -likeness + smoothness * _roughness(vectors, level.lattice)
        loss.backward()
        optimiser.step()
    return vectors.detach()


def _roughness(vectors: torch.Tensor, lattice: float) -> torch.Tensor:
    """Mean squared slope of the displacements."""
    return torch.stack([(vectors.diff(dim=axis) / lattice).square().mean() for axis in (1, 2, 3)]).sum()


def _resized(vectors: torch.Tensor | None, shape: tuple[int, int, int], device: torch.device) -> torch.Tensor:
    if vectors is None:
        return torch.zeros(3, *shape, device=device)
    return F.interpolate(vectors[None], size=shape, mode="trilinear", align_corners=True)[0]
