"""How wide heatmaps are, and how far a doubt is from the error it foretells."""

import torch

from craniomark.parts.losses.points import present_points


def variance_loss(variance: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Mean variance, mm^2, shape (B, L), over the landmarks whose truth, shape (B, L, 3), is present.

    Without it nothing asks a heatmap to have its mass where its mean is (Nibali et al. 2018).
    """
    present = present_points(truth)
    return (variance * present).sum() / present.sum().clamp_min(1)


def spread_loss(predicted: torch.Tensor, log_spread: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Negative logarithm of the likelihood of errors under isotropic Laplace-like tails.

    The density ``exp(-|r| / s) / (8 pi s^3)`` of a residual r in space; at its best the spread s is a
    third of the mean error, which is what `log_spread` then tells. The prediction itself gets no slope
    from it, so that a doubtful landmark is not given up.

    Parameters
    ----------
    predicted, truth : Tensor, shape (B, L, 3)
        Points, mm; truth is NaN where missing.
    log_spread : Tensor, shape (B, L)
        Natural logarithm of s, mm.
    """
    present = present_points(truth)
    error = (predicted.detach() - truth.nan_to_num()).norm(dim=-1)
    likelihood = error * torch.exp(-log_spread) + 3 * log_spread
    return torch.where(present, likelihood, 0.0).sum() / present.sum().clamp_min(1)
