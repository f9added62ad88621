"""How unlike two images are: MONAI's measures where it has them, all called alike, smaller is better.

Images have the shape (B, C, *grid), in two dimensions or three.
"""

from collections.abc import Callable

import torch

from craniomark.parts.losses.boxes import box_means
from craniomark.parts.losses.mind import mind_loss

Similarity = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def mse(warped: torch.Tensor, fixed: torch.Tensor) -> torch.Tensor:
    """Mean squared difference."""
    return (warped - fixed).square().mean()


def ncc(warped: torch.Tensor, fixed: torch.Tensor, floor: float = 1e-8) -> torch.Tensor:
    """1 less the normalised cross-correlation of whole images, mean over batch and channels: 0 to 2."""
    a, b = warped.flatten(2), fixed.flatten(2)
    a, b = a - a.mean(-1, keepdim=True), b - b.mean(-1, keepdim=True)
    spread = (a.square().mean(-1) * b.square().mean(-1) + floor).sqrt()
    return 1 - ((a * b).mean(-1) / spread).mean()


def local_ncc(warped: torch.Tensor, fixed: torch.Tensor, size: int = 5, floor: float = 1e-3) -> torch.Tensor:
    """1 less the mean of the signed correlations in boxes: bright must meet bright.

    Parameters
    ----------
    warped, fixed : Tensor, shape (B, C, *grid)
        Of about unit brightness.
    size : int
        Odd edge of the boxes, voxels.
    floor : float
        Variance that counts as flat.
    """
    means = box_means(torch.stack([warped, fixed, warped * fixed, warped**2, fixed**2]), size)
    cross = means[2] - means[0] * means[1]
    a = (means[3] - means[0] ** 2).clamp_min(0) + floor
    b = (means[4] - means[1] ** 2).clamp_min(0) + floor
    return 1 - (cross / (a * b).sqrt()).mean()


def local_ncc_squared(warped: torch.Tensor, fixed: torch.Tensor, size: int = 5) -> torch.Tensor:
    """1 less the mean of squared correlations in boxes, which contrast turned over leaves alone; MONAI's."""
    from monai.losses import LocalNormalizedCrossCorrelationLoss

    dims = warped.ndim - 2
    # The least sum of squares in a box that counts: where nothing is, rounding must not correlate.
    measure = LocalNormalizedCrossCorrelationLoss(dims, size, smooth_dr=1e-3 * size**dims)
    score: torch.Tensor = measure(warped, fixed)
    return 1 + score


def mutual_information(warped: torch.Tensor, fixed: torch.Tensor, bins: int = 24) -> torch.Tensor:
    """The mutual information of two images, negative, in nats; MONAI's, by Parzen windows.

    Brightness is brought to 0 to 1 by the range of both images; images of one value know nothing of others.
    """
    from monai.losses import GlobalMutualInformationLoss

    low = torch.minimum(warped.min(), fixed.min()).detach()
    high = torch.maximum(warped.max(), fixed.max()).detach()
    scaled = [(image - low) / (high - low).clamp_min(1e-6) for image in (warped, fixed)]
    loss: torch.Tensor = GlobalMutualInformationLoss(num_bins=bins)(*scaled)
    return loss


SIMILARITIES: dict[str, Similarity] = {
    "mse": mse,
    "ncc": ncc,
    "lncc": local_ncc,
    "lncc2": local_ncc_squared,
    "mi": mutual_information,
    "mind": mind_loss,
}
"""By the names that settings call them by."""


def similarity_of(name: str) -> Similarity:
    """The measure of that name.

    Raises
    ------
    ValueError
        If there is none.
    """
    if name not in SIMILARITIES:
        raise ValueError(f"similarity is {name!r}: give one of {', '.join(SIMILARITIES)}")
    return SIMILARITIES[name]
