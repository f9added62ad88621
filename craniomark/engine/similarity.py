"""How alike two sets of image values are."""

import torch


def correlation(
    fixed: torch.Tensor, moving: torch.Tensor, weights: torch.Tensor, floor: float = 1e-6
) -> torch.Tensor:
    """Weighted normalised cross-correlation along the last axis, -1 to 1.

    Parameters
    ----------
    fixed, moving : Tensor, shape (..., P)
        Paired values.
    weights : Tensor, shape (..., P)
        Not negative; zero where a value is not known.
    floor : float
        Smallest variance, so that flat values score 0.
    """
    x, _ = standardised(fixed, weights, floor)
    y, _ = standardised(moving, weights, floor)
    return (weights * x * y).sum(-1) / weights.sum(-1).clamp_min(1e-12)


def standardised(
    values: torch.Tensor, weights: torch.Tensor, floor: float = 1e-6
) -> tuple[torch.Tensor, torch.Tensor]:
    """Values of weighted mean 0 and variance 1, shape (..., P), and the spread that was divided by."""
    total = weights.sum(-1, keepdim=True).clamp_min(1e-12)
    centred = values - (weights * values).sum(-1, keepdim=True) / total
    spread = ((weights * centred**2).sum(-1, keepdim=True) / total + floor).sqrt()
    return centred / spread, spread
