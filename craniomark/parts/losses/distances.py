"""Match of the distances between landmarks, which no pose changes."""

import torch

from craniomark.parts.losses.points import present_points


def distance_loss(predicted: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference of all pairwise distances, mm.

    Parameters
    ----------
    predicted, truth : Tensor, shape (B, L, 3)
        Points, mm; pairs with a point whose truth is NaN take no part.

    Returns
    -------
    Tensor, scalar
        0 where no pair is present.
    """
    pairs = present_pairs(truth)
    first, second = (_distances(points) for points in (predicted, truth.nan_to_num()))
    return ((first - second).abs() * pairs).sum() / pairs.sum().clamp_min(1)


def present_pairs(truth: torch.Tensor) -> torch.Tensor:
    """True, shape (B, L, L), once for each pair of landmarks whose truth, shape (B, L, 3), is present."""
    present = present_points(truth)
    return (present[:, :, None] & present[:, None, :]).triu(1)


def _distances(points: torch.Tensor) -> torch.Tensor:
    between = points[:, :, None] - points[:, None, :]
    return (between**2).sum(-1).add(1e-8).sqrt()
