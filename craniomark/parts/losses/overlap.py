"""Labels and landmarks that should fall on one another."""

import torch

from craniomark.parts.losses.points import point_loss


def dice_loss(warped: torch.Tensor, fixed: torch.Tensor) -> torch.Tensor:
    """1 less the mean overlap of labels; MONAI's, a channel for each label.

    Parameters
    ----------
    warped, fixed : Tensor, shape (B, labels, *grid)
        Share of each voxel that is of the label, 0 to 1. A label that neither image has counts as met.
    """
    from monai.losses import DiceLoss

    loss: torch.Tensor = DiceLoss(smooth_nr=1e-5, smooth_dr=1e-5)(warped, fixed)
    return loss


def landmark_tre(carried: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Target registration error: mean distance, mm, of carried landmarks from true ones.

    Parameters
    ----------
    carried, truth : Tensor, shape (B, L, 3)
        Mm; truth is NaN where missing, as `point_loss` takes it.
    """
    return point_loss(carried, truth, "euclidean")
