"""Cubes cut from an image about points, in any axes, with slopes for the points."""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from craniomark.engine.image import Image


def patch_matrix(size: int, spacing: float) -> NDArray[np.float64]:
    """Voxel of a patch to mm from its centre, shape (4, 4)."""
    matrix = np.diag([spacing, spacing, spacing, 1.0])
    matrix[:3, 3] = -spacing * (size - 1) / 2
    return matrix


def suited(image: Image, spacing: float) -> Image:
    """The image to cut patches from: averaged over blocks where it is much finer than they are."""
    return image.shrunk(0.8 * spacing)


def cut(image: Image, centres: torch.Tensor, axes: torch.Tensor, size: int, spacing: float) -> torch.Tensor:
    """Patches of an image.

    Parameters
    ----------
    image : Image
        What is cut.
    centres : Tensor, shape (N, 3)
        Middles of the patches, mm of the image's frame; patches have slopes with respect to them.
    axes : Tensor, shape (N, 3, 3)
        From the patch's axes to the image's: a rotation, times a scale where patches are magnified.
    size, spacing : int, float
        Voxels along each edge, and their edge in mm of the patch.

    Returns
    -------
    Tensor, shape (N, 1, size, size, size)
        Trilinear values; zero outside of the image.
    """
    device, count = centres.device, len(centres)
    voxels = image.voxels.to(device)
    steps = (torch.arange(size, device=device, dtype=torch.float32) - (size - 1) / 2) * spacing
    inverse = torch.from_numpy(np.linalg.inv(image.matrix)).float().to(device)
    extent = torch.tensor(image.shape, dtype=torch.float32, device=device) - 1
    # From mm of the image to the numbers from -1 to 1 that torch counts in, last axis first.
    scale = 2 / extent.clamp_min(1)
    middle = ((centres @ inverse[:3, :3].T + inverse[:3, 3]) * scale - 1).flip(-1)
    turned = ((inverse[:3, :3] @ axes) * scale[:, None]).flip(1)
    i, j, k = (steps[:, None] * turned[:, None, :, a] for a in range(3))  # (N, size, 3) each
    grid = i[:, :, None, None] + j[:, None, :, None] + k[:, None, None, :] + middle[:, None, None, None]
    grid = grid.reshape(1, count * size, size, size, 3)
    patches = F.grid_sample(voxels[None, None], grid, align_corners=True, padding_mode="zeros")
    return patches.reshape(count, 1, size, size, size)
