"""The small cubes of two images that a network is shown."""

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image, grid_points
from craniomark.parts.nets.levels import normalised
from craniomark.tasks.regnet.affine.network import AffineSettings

Array = NDArray[np.float64]
_AIR_PERCENT = 5.0


def coarse_view(image: Image, spacing: float) -> Image:
    """An image averaged and blurred to what cubes of `spacing` mm can show."""
    return image.shrunk(spacing / 2).smoothed(spacing / 2)


def without_pedestal(coarse: Image) -> Image:
    """A coarse view whose air is 0, for images are 0 beyond their grid.

    Air is told by the darkest of fine voxels, which in a noisy scan are darker than its mean: once they are
    averaged the whole grid would stand out as a box.
    """
    air = np.percentile(coarse.voxels.cpu().numpy(), _AIR_PERCENT)
    return Image(coarse.voxels - float(air), coarse.matrix)


def bright_centre(coarse: Image, settings: AffineSettings) -> Array:
    """Centre of gravity, LPS mm, of the brightest part, of a fixed volume: padding does not move it."""
    voxels = coarse.voxels.flatten()
    share = 2 * settings.bright * (2 * settings.reach) ** 3
    count = min(max(round(share / float(np.prod(coarse.spacing))), 1), len(voxels))
    brightest = torch.topk(voxels, count)
    index = np.stack(np.unravel_index(brightest.indices.cpu().numpy(), coarse.shape), -1)
    weights = brightest.values.clamp_min(0).double().cpu().numpy() + 1e-12
    middle = (index * weights[:, None]).sum(0) / weights.sum()
    return np.asarray(coarse.matrix[:3, :3] @ middle + coarse.matrix[:3, 3])


def cube_at(coarse: Image, centre: Array, settings: AffineSettings) -> torch.Tensor:
    """A normalised cube along LPS about a point, shape (1, 1, size, size, size)."""
    return cube_through(coarse, centre, torch.eye(4, dtype=torch.float64), settings)


def cube_through(coarse: Image, centre: Array, told: torch.Tensor, settings: AffineSettings) -> torch.Tensor:
    """The same as seen through a map in units of the reach, shape (4, 4)."""
    matrix = np.diag([*(settings.spacing,) * 3, 1.0])
    matrix[:3, 3] = -settings.spacing * (settings.size - 1) / 2
    in_mm = told.cpu().numpy().astype(np.float64)
    in_mm[:3, 3] = settings.reach * in_mm[:3, 3] + centre
    points = grid_points((settings.size,) * 3, in_mm @ matrix, coarse.voxels.device)
    return normalised(coarse.at(points)[None, None], settings.bright)
