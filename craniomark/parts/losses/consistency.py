"""Whether predicted points stand to the template as the true ones do."""

import torch

from craniomark.parts.losses.points import present_points

_FEWEST = 4


def rotation_consistency(
    predicted: torch.Tensor, truth: torch.Tensor, template: torch.Tensor
) -> torch.Tensor:
    """Squared Frobenius distance of two rotations to the template: of predicted and of true points.

    Both are fitted to the same landmarks, those whose truth is present; a specimen with fewer than
    four takes no part.

    Parameters
    ----------
    predicted, truth : Tensor, shape (B, L, 3)
        Points, mm; truth is NaN where missing.
    template : Tensor, shape (L, 3)
        Mean landmarks, mm.

    Returns
    -------
    Tensor, scalar
        Mean over specimens; 8 (sin(angle / 2))^2 of the rotation between the two.
    """
    present = present_points(truth) & present_points(template)
    enough = has_rotation(truth, template)
    if not bool(enough.any()):
        return predicted.sum() * 0.0
    present = present[enough].to(predicted.dtype)
    known = template.nan_to_num().expand(len(present), -1, -1)
    first = procrustes_rotation(predicted[enough], known, present)
    second = procrustes_rotation(truth[enough].nan_to_num(), known, present)
    return ((first - second) ** 2).sum((1, 2)).mean()


def has_rotation(truth: torch.Tensor, template: torch.Tensor) -> torch.Tensor:
    """True, shape (B,), for specimens with landmarks enough to take part."""
    present: torch.Tensor = present_points(truth) & present_points(template)
    return present.sum(1) >= _FEWEST


def procrustes_rotation(points: torch.Tensor, template: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Rotations, shape (B, 3, 3), that turn points best onto a template (Kabsch 1976); differentiable.

    Parameters
    ----------
    points, template : Tensor, shape (B, L, 3)
        Finite, mm.
    weights : Tensor, shape (B, L)
        Not negative.
    """
    share = (weights / weights.sum(1, keepdim=True))[..., None]
    x = points - (share * points).sum(1, keepdim=True)
    y = template - (share * template).sum(1, keepdim=True)
    u, _, v = torch.linalg.svd((share * y).transpose(1, 2) @ x)
    last = torch.linalg.det(u @ v).sign().detach()
    ones = torch.ones_like(last)
    return u @ torch.diag_embed(torch.stack([ones, ones, last], dim=1)) @ v
