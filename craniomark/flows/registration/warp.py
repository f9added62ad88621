"""The moving image as the fixed image's voxels see it."""

import numpy as np
import torch

from craniomark.engine.image import Image, grid_points
from craniomark.engine.maps import Map
from craniomark.ground.volumes import Volume

_SLAB_POINTS = 2_000_000


def warped(moving: Volume, fixed: Volume, f: Map, device: str | torch.device = "cpu") -> Volume:
    """The moving volume on the fixed one's grid, trilinear, as float32.

    What lies outside the moving image has its smallest value.

    Parameters
    ----------
    moving, fixed : Volume
        What is resampled, and whose grid is taken.
    f : Map
        Fixed point to moving point.
    device : torch.device
        Where to compute.
    """
    image = Image.of(moving, device)
    lowest = float(image.voxels.min())
    lifted = Image(image.voxels - lowest, image.matrix)  # images are 0 outside their grid
    found = np.empty(fixed.shape, dtype=np.float32)
    slabs = max(_SLAB_POINTS // (fixed.shape[1] * fixed.shape[2]), 1)
    for first in range(0, fixed.shape[0], slabs):
        count = min(slabs, fixed.shape[0] - first)
        matrix = fixed.matrix.copy()
        matrix[:3, 3] += fixed.matrix[:3, 0] * first
        points = grid_points((count, *fixed.shape[1:]), matrix, image.voxels.device)
        found[first : first + count] = (lifted.at(f(points)) + lowest).detach().cpu().numpy()
    return Volume(found, fixed.matrix, moving.left_right_known and fixed.left_right_known)
