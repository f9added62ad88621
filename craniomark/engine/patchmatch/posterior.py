"""From a map of scores over shifts to one shift and its spread."""

from dataclasses import dataclass

import torch

from craniomark.engine.patchmatch.windows import cube


@dataclass(frozen=True, eq=False)
class Shift:
    """Where a patch went.

    Attributes
    ----------
    mean : Tensor, shape (..., 3)
        Expected shift, mm.
    spread : Tensor, shape (...)
        Root mean squared distance, mm, of the posterior from its mean.
    score : Tensor, shape (...)
        Score at the expected shift, read from the map by trilinear interpolation.
    best_score : Tensor, shape (...)
        Score of the most probable shift.
    start_score : Tensor, shape (...)
        Score without a shift.
    """

    mean: torch.Tensor
    spread: torch.Tensor
    score: torch.Tensor
    best_score: torch.Tensor
    start_score: torch.Tensor


def expected_shift(maps: torch.Tensor, spacing: float, sharpness: float, prior_sd: float) -> Shift:
    """Posterior mean of the shift: likelihood ``exp(sharpness * score)``, Gaussian prior at zero.

    The mean minimises the expected squared error, and the prior is the trust region: a far peak
    must be much better than a near one.

    Parameters
    ----------
    maps : Tensor, shape (..., D, D, D)
        Scores over shifts, the middle one being no shift.
    spacing : float
        Distance of neighbouring shifts, mm.
    sharpness : float
        Inverse temperature of the likelihood.
    prior_sd : float
        Standard deviation, mm, of the shift beforehand.
    """
    size = maps.shape[-1]
    offsets = cube(size, spacing, maps.device)
    logits = sharpness * maps - (offsets**2).sum(-1) / (2 * prior_sd**2)
    weights = torch.softmax(logits.flatten(-3), dim=-1)[..., None]
    flat = offsets.reshape(-1, 3)
    mean = (weights * flat).sum(-2)
    spread = (weights[..., 0] * ((flat - mean[..., None, :]) ** 2).sum(-1)).sum(-1).sqrt()
    middle = size // 2
    best = maps.flatten(-3).gather(-1, logits.flatten(-3).argmax(-1, keepdim=True))[..., 0]
    return Shift(mean, spread, read_map(maps, mean, spacing), best, maps[..., middle, middle, middle])


def read_map(maps: torch.Tensor, shift: torch.Tensor, spacing: float) -> torch.Tensor:
    """Scores at `shift`, shape (..., 3) mm, by trilinear interpolation; shape (...)."""
    size = maps.shape[-1]
    unit = (shift / spacing / max((size - 1) / 2, 1)).flip(-1).clamp(-1, 1)
    flat = maps.reshape(-1, 1, size, size, size)
    grid = unit.reshape(-1, 1, 1, 1, 3)
    return torch.nn.functional.grid_sample(flat, grid, align_corners=True).reshape(shift.shape[:-1])
