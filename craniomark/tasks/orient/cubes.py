"""The small cube of a specimen that the orientation network is shown."""

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.parts.nets.levels import normalised
from craniomark.tasks.orient.network import NetworkSettings


def coarse_view(image: Image, spacing: float) -> Image:
    """An image averaged and blurred to what cubes of `spacing` mm can show."""
    return image.shrunk(spacing / 2).smoothed(spacing / 2)


def bright_centre(image: Image, settings: NetworkSettings) -> NDArray[np.float64]:
    """Centre of gravity, LPS mm, of the brightest part, of a fixed volume: padding does not move it."""
    voxels = image.voxels.flatten()
    count = round(settings.bright * (2 * settings.reach) ** 3 / float(np.prod(image.spacing)))
    brightest = torch.topk(voxels, min(max(count, 1), len(voxels)))
    index = np.stack(np.unravel_index(brightest.indices.cpu().numpy(), image.shape), -1)
    weights = brightest.values.clamp_min(0).double().cpu().numpy()
    weights = weights + 1e-12 + 1e-6 * weights.max()  # an empty image has a centre too
    middle = (index * weights[:, None]).sum(0) / weights.sum()
    return image.matrix[:3, :3] @ middle + image.matrix[:3, 3]


def turned_cubes(
    image: Image, centre: NDArray[np.float64], turns: NDArray[np.float64], settings: NetworkSettings
) -> torch.Tensor:
    """Normalised cubes about a point, shape (K, 1, size, size, size), each with its content turned.

    Parameters
    ----------
    image : Image
        From `coarse_view`.
    centre : ndarray, shape (3,)
        Middle of the cubes, LPS mm.
    turns : ndarray, shape (K, 3, 3)
        How the content is turned about `centre`.
    settings : NetworkSettings
        Size and spacing of the cubes.
    """
    device = image.voxels.device
    axis = (torch.arange(settings.size, device=device) - (settings.size - 1) / 2) * settings.spacing
    offsets = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1)
    rows = torch.as_tensor(turns, dtype=torch.float32, device=device)
    middle = torch.as_tensor(centre, dtype=torch.float32, device=device)
    points = offsets.reshape(1, -1, 3) @ rows + middle  # row vectors: offset @ Q is Q^T offset
    return normalised(image.at(points).view(-1, 1, *(settings.size,) * 3), settings.bright)
