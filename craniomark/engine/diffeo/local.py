"""Local correlation with an image that stays the same, as an iteration needs it."""

import torch

from craniomark.parts.losses.boxes import box_means

FLOOR = 1e-3
"""Variance, in squares of bone brightness, that counts as flat."""


class LocalCorrelation:
    """Mean squared local correlation (Avants 2008) of moving images with fixed ones.

    What only the fixed image decides is worked out once.

    Parameters
    ----------
    fixed : Tensor, shape (B or 1, 1, *grid)
        Of about unit brightness.
    size : int
        Odd edge of the boxes, voxels.
    floor : float
        Variance below which a box counts as flat.
    """

    def __init__(self, fixed: torch.Tensor, size: int, floor: float = FLOOR) -> None:
        self._fixed, self._size, self._floor = fixed, size, floor
        means = box_means(torch.stack([fixed, fixed * fixed]), size)
        self._mean = means[0]
        self._variance = (means[1] - means[0] ** 2).clamp_min(0) + floor

    def __call__(self, moving: torch.Tensor) -> torch.Tensor:
        """Of each of the images, shape (B, 1, *grid): shape (B,), 0 to 1."""
        mean, square, product = box_means(
            torch.stack([moving, moving * moving, moving * self._fixed]), self._size
        )
        cross = product - mean * self._mean
        variance = (square - mean * mean).clamp_min(0) + self._floor
        return (cross * cross / (variance * self._variance)).flatten(1).mean(1)
