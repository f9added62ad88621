"""Brightness of small images for networks: the same whatever the gain and the padding."""

import torch


def normalised(cubes: torch.Tensor, bright: float) -> torch.Tensor:
    """Images, shape (B, 1, I, J[, K]), whose brightest share is 1 in the mean, air cut at 0.

    A share of an image of fixed size: neither gain nor padding changes it.
    """
    positive = cubes.clamp_min(0)
    flat = positive.flatten(1)
    count = max(round(bright * flat.shape[1]), 1)
    level = flat.topk(count, dim=1).values.mean(1).clamp_min(1e-9)
    return (positive / level.view(-1, *(1,) * (cubes.ndim - 1))).clamp_max(2.0)
