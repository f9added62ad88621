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


def local_correlation(a: torch.Tensor, b: torch.Tensor, size: int, floor: float = 1e-2) -> torch.Tensor:
    """Mean squared local correlation of two images in cubes of `size` voxels (Avants 2008).

    Parameters
    ----------
    a, b : Tensor, shape (I, J, K)
        Images on one grid, of about unit brightness.
    size : int
        Odd edge of the cube, voxels.
    floor : float
        Variance below which a cube counts as flat.
    """

    def mean(image: torch.Tensor) -> torch.Tensor:
        padding = size // 2
        return torch.nn.functional.avg_pool3d(image[None, None], size, 1, padding)[0, 0]

    mean_a, mean_b = mean(a), mean(b)
    cross = mean(a * b) - mean_a * mean_b
    variances = (mean(a * a) - mean_a**2 + floor) * (mean(b * b) - mean_b**2 + floor)
    return (cross**2 / variances).mean()
