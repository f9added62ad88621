"""Losses of masks, from logits; those that MONAI has are MONAI's."""

import torch
import torch.nn.functional as F

_SMOOTH = 1e-5


def weighted_bce(
    logits: torch.Tensor, target: torch.Tensor, positive: float = 1.0, weights: torch.Tensor | None = None
) -> torch.Tensor:
    """Binary cross-entropy whose foreground counts `positive` times, voxels by `weights` (see `far_weights`).

    Parameters
    ----------
    logits, target : Tensor, shape (B, C, ...)
        Target 0 to 1.
    positive : float
        Weight of the foreground.
    weights : Tensor, optional
        Of voxels; the mean is weighted by them.
    """
    loss = F.binary_cross_entropy_with_logits(
        logits, target, reduction="none", pos_weight=logits.new_tensor(positive)
    )
    return loss.mean() if weights is None else (loss * weights).sum() / weights.sum().clamp_min(_SMOOTH)


def dice(logits: torch.Tensor, target: torch.Tensor, per_batch: bool = False) -> torch.Tensor:
    """1 - Dice coefficient, of each sample or of the whole batch as one (MONAI)."""
    from monai.losses import DiceLoss

    loss: torch.Tensor = DiceLoss(sigmoid=True, batch=per_batch)(logits, target)
    return loss


def weighted_dice(logits: torch.Tensor, target: torch.Tensor, foreground: float = 0.5) -> torch.Tensor:
    """1 - Dice coefficients of foreground and background, weighted (MONAI).

    Parameters
    ----------
    logits, target : Tensor, shape (B, 1, ...)
        Target 0 or 1.
    foreground : float
        Share of the foreground's coefficient.
    """
    from monai.losses import DiceLoss

    _check_share("foreground", foreground)
    loss: torch.Tensor = DiceLoss(reduction="none")(*_both(logits, target)).flatten(1)
    return (loss @ loss.new_tensor([1 - foreground, foreground])).mean()


def focal(logits: torch.Tensor, target: torch.Tensor, gamma: float = 2.0, alpha: float = 0.5) -> torch.Tensor:
    """Focal loss (Lin et al. 2017; MONAI): voxels that are right already count little.

    Parameters
    ----------
    logits, target : Tensor, shape (B, 1, ...)
        Target 0 or 1.
    gamma : float
        How little.
    alpha : float
        Share of the foreground.
    """
    from monai.losses import FocalLoss

    _check_share("alpha", alpha)
    loss: torch.Tensor = FocalLoss(gamma=gamma, alpha=alpha)(logits, target)
    return loss


def generalised_dice(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Generalised Dice (Sudre et al. 2017) with squared denominators (Milletari et al. 2016).

    Foreground and background count by the inverse of their squared volumes in the sample. MONAI's has no
    squares in the denominator.
    """
    predicted, wanted = _both(logits, target)
    axes = tuple(range(2, predicted.ndim))
    volume = wanted.sum(axes)
    there = volume > 0
    weights = torch.where(there, 1 / volume.clamp_min(1.0).square(), 0.0)
    weights = torch.where(
        there, weights, weights.amax(1, keepdim=True)
    )  # what is not there counts as the rest
    shared = (weights * (predicted * wanted).sum(axes)).sum(1)
    both = (weights * (predicted.square() + wanted.square()).sum(axes)).sum(1)
    return (1 - 2 * shared / both.clamp_min(_SMOOTH**2)).mean()


def sensitivity_specificity(
    logits: torch.Tensor, target: torch.Tensor, sensitivity: float = 0.5
) -> torch.Tensor:
    """Squared errors within the foreground and within the background (Brosch et al. 2015), weighted.

    Parameters
    ----------
    logits, target : Tensor, shape (B, 1, ...)
        Target 0 or 1.
    sensitivity : float
        Share of the foreground's error.
    """
    _check_share("sensitivity", sensitivity)
    predicted, wanted = _both(logits, target)
    axes = tuple(range(2, predicted.ndim))
    errors = ((predicted - wanted).square() * wanted).sum(axes) / wanted.sum(axes).clamp_min(1.0)
    return (errors @ errors.new_tensor([1 - sensitivity, sensitivity])).mean()


def far_weights(distance: torch.Tensor, far: float) -> torch.Tensor:
    """Weights of voxels by their distance from the foreground: 1 within it and at its border, more beyond.

    Parameters
    ----------
    distance : Tensor
        Signed distance by a hyperbolic tangent, -1 to 1, negative outside.
    far : float
        What is added to the weight of a negative voxel far outside.
    """
    if not far >= 0:
        raise ValueError(f"far is {far}: give 0 or more")
    return 1 + far * (-distance).clamp_min(0)


def _both(logits: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Probabilities and truth of background and foreground, shape (B, 2, ...)."""
    predicted = torch.sigmoid(logits)
    return torch.cat([1 - predicted, predicted], 1), torch.cat([1 - target, target], 1)


def _check_share(name: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{name} is {value}: give a share from 0 to 1")
