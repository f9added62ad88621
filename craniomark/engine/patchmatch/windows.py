"""Cubes of sample points and the Gaussian windows that weigh them."""

import numpy as np
import torch
from numpy.typing import ArrayLike

from craniomark.engine.image import Image


def cube(size: int, spacing: float, device: str | torch.device = "cpu") -> torch.Tensor:
    """Offsets, mm, of a cube of ``size**3`` points about its centre; shape (size, size, size, 3)."""
    axis = (torch.arange(size, device=device, dtype=torch.float32) - (size - 1) / 2) * spacing
    return torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), dim=-1)


def gaussian_window(size: int, spacing: float, sigma_mm: float) -> torch.Tensor:
    """Gaussian weights of a cube, summing to one; shape (size, size, size)."""
    weights = torch.exp(-(cube(size, spacing) ** 2).sum(-1) / (2 * sigma_mm**2))
    return weights / weights.sum()


def patches(image: Image, centres: ArrayLike, size: int, spacing: float) -> torch.Tensor:
    """Cubes of image values about `centres`, shape (N, 3) mm; shape (N, size, size, size)."""
    middle = torch.as_tensor(np.asarray(centres), dtype=torch.float32, device=image.voxels.device)
    return image.at(middle[:, None, None, None] + cube(size, spacing, middle.device))


def normalised(values: torch.Tensor, window: torch.Tensor) -> torch.Tensor:
    """Patches of weighted mean zero and weighted variance one; flat ones stay near zero."""
    axes = (-3, -2, -1)
    values = values - (window * values).sum(axes, keepdim=True)
    spread = (window * values**2).sum(axes, keepdim=True).sqrt()
    return values / (spread + 1e-6 + 1e-3 * spread.max())
