"""How far images are apart about each block of voxels, by least squares: where a network begins to reckon.

After Lucas and Kanade (1981): where the difference of two images is explained by their slopes.
"""

from itertools import combinations_with_replacement

import torch
import torch.nn.functional as F

from craniomark.parts.losses.boxes import box_means

FLOOR = 2e-3
"""Squared slope, per voxel and in squares of bone brightness, below which a block tells of no shift."""
_POOLS = {2: F.avg_pool2d, 3: F.avg_pool3d}


def local_shifts(
    fixed: torch.Tensor, moving: torch.Tensor, block: int, windows: tuple[int, ...] = (1,)
) -> torch.Tensor:
    """Shifts u by which ``moving(x + u)`` looks as ``fixed(x)``, of each block of voxels.

    Parameters
    ----------
    fixed, moving : Tensor, shape (B, 1, *grid)
        Of about unit brightness, each edge a multiple of `block`; in two dimensions or three.
    block : int
        Edge of a block, voxels.
    windows : tuple of int
        Odd numbers of blocks, along each axis, that are looked at as one: an estimate for each.

    Returns
    -------
    Tensor, shape (B, W * D, *blocks)
        In blocks, along the axes of the grid; the estimates of the first window first.
    """
    axes = fixed.ndim - 2
    pool = _POOLS[axes]
    slopes = torch.gradient((fixed[:, 0] + moving[:, 0]) / 2, dim=list(range(1, axes + 1)))
    pairs = list(combinations_with_replacement(range(axes), 2))
    products = [slopes[a] * slopes[b] for a, b in pairs]
    products += [slope * (fixed - moving)[:, 0] for slope in slopes]
    means = pool(torch.stack(products, 1), block)
    found = []
    for window in windows:
        seen = box_means(means, window, axes) if window > 1 else means
        normal = seen.new_zeros(len(fixed), *means.shape[2:], axes, axes)
        for number, (a, b) in enumerate(pairs):
            normal[..., a, b] = normal[..., b, a] = seen[:, number]
        normal = normal + FLOOR * torch.eye(axes, device=fixed.device)
        found.append(torch.linalg.solve(normal, seen[:, len(pairs) :].movedim(1, -1)).movedim(-1, 1))
    return torch.cat(found, 1) / block
