"""Images and networks by formula, which the oracle and the tests share without sharing code."""

import math

import torch


def wave(shape: tuple[int, ...], phase: float, channels: int = 1) -> torch.Tensor:
    """Numbers that only sines decide, shape (1, channels, *shape)."""
    count = channels * math.prod(shape)
    index = torch.arange(count, dtype=torch.float64)
    return torch.sin(0.37 * index + phase + 0.001 * index**1.3).float().reshape(1, channels, *shape)


def vectors(moving: torch.Tensor, fixed: torch.Tensor, phase: float) -> torch.Tensor:
    """Displacements that depend on both images: what stands for a network."""
    shape = tuple(moving.shape[2:])
    strength = 0.05 * (1 + (moving - fixed).square().mean())
    return strength * wave(shape, phase, len(shape)) + 0.02 * (moving - fixed)
