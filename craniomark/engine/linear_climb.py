"""Linear maps between two images refined by damped Gauss-Newton steps on the normalised cross-correlation."""

from collections.abc import Callable

import torch

from craniomark.engine.families import FAMILIES, Family, FamilyName, stepped
from craniomark.engine.image import Image
from craniomark.engine.optimise import LEAST_SHARE, Poses, TemplatePoints
from craniomark.engine.similarity import standardised

LIMITS = 0.7, 1.4
"""Sizes, cube root of the determinant, that are climbed to."""
_ENOUGH = 1e-6


def climb_linear(
    image: Image,
    template: TemplatePoints,
    poses: Poses,
    family: FamilyName,
    steps: int = 12,
    told: Callable[[float], None] = lambda _: None,
) -> Poses:
    """Climb from each map to the nearest maximum of the correlation among those of a family.

    As `craniomark.engine.optimise.refine_poses` (Evangelidis 2008, in 3-D), for turns and shifts alone, with
    one scale, with one along each axis of the template, or any linear map. Points that lie outside the
    image's field of view do not count.

    Parameters
    ----------
    image : Image
        Moving image, blurred to the scale of the points' spacing.
    template : TemplatePoints
        Of the fixed image.
    poses : Poses
        Where to start; of the family already.
    family : {"rigid", "similarity", "scales", "affine"}
        What may change.
    steps : int
        Most steps.
    told : callable
        Hears the fraction of steps that is done; may raise to cancel.

    Returns
    -------
    Poses
        With their correlation.
    """
    one = FAMILIES[family]
    linear, offset = poses.linear.clone(), poses.offset.clone()
    damping = torch.full((len(linear),), 1e-2, device=offset.device)
    score, normal, slope = _linearised(image, template, linear, offset, one)
    for number in range(steps):
        told(number / steps)
        tried = stepped(one, linear, offset, _solve(normal, slope, damping, one))
        size = torch.linalg.det(tried[0]).clamp_min(0).pow(1 / 3)
        new_score, new_normal, new_slope = _linearised(image, template, *tried, one)
        better = (new_score > score) & (size > LIMITS[0]) & (size < LIMITS[1])
        gain = torch.where(better, new_score - score, 0.0).max()
        damping = torch.where(better, damping * 0.3, damping * 10)
        linear = torch.where(better[:, None, None], tried[0], linear)
        offset = torch.where(better[:, None], tried[1], offset)
        normal = torch.where(better[:, None, None], new_normal, normal)
        slope = torch.where(better[:, None], new_slope, slope)
        score = torch.where(better, new_score, score)
        if bool((~better & (damping > 1e4)).all()) or (bool(better.any()) and float(gain) < _ENOUGH):
            break
    return Poses(linear, offset, score)


def _linearised(
    image: Image, template: TemplatePoints, linear: torch.Tensor, offset: torch.Tensor, family: Family
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Score (K,), Gauss-Newton matrix (K, N, N) and slope (K, N) of the standardised residual."""
    arms = template.offsets @ linear.transpose(-1, -2)
    points = arms + offset[:, None]
    seen = image.inside(points).float()
    values, gradients = image.with_slope(points)
    fixed, _ = standardised(template.values.expand(len(points), -1), seen)
    moving, spread = standardised(values, seen)
    slopes = torch.cat([gradients, family.slopes(template.offsets, arms, gradients, linear)], -1)
    weights = seen / seen.sum(-1, keepdim=True).clamp_min(1)
    jacobian = slopes / spread[..., None]
    jacobian = jacobian - (weights[..., None] * jacobian).sum(1, keepdim=True)
    weighted = weights[..., None] * jacobian
    slope = (weighted * (fixed - moving)[..., None]).sum(1)
    score = torch.where(seen.mean(-1) >= LEAST_SHARE, (weights * fixed * moving).sum(-1), -1.0)
    return score, jacobian.transpose(1, 2) @ weighted, slope


def _solve(normal: torch.Tensor, slope: torch.Tensor, damping: torch.Tensor, family: Family) -> torch.Tensor:
    scale = normal.diagonal(dim1=1, dim2=2).clamp_min(1e-9)
    damped = normal + torch.diag_embed(scale * damping[:, None])
    step = torch.linalg.solve(damped, slope[..., None])[..., 0]
    limits = torch.tensor(family.all_limits, device=step.device)
    return torch.maximum(torch.minimum(step, limits), -limits)
