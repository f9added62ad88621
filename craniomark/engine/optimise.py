"""Poses refined by damped Gauss-Newton steps on the normalised cross-correlation."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from craniomark.engine.image import Image
from craniomark.engine.poses import updated
from craniomark.engine.similarity import correlation, standardised


@dataclass(frozen=True, eq=False)
class Poses:
    """A batch of similarity poses of a template in a specimen.

    Attributes
    ----------
    linear : Tensor, shape (K, 3, 3)
        Rotation times scale, template to specimen.
    offset : Tensor, shape (K, 3)
        Where the template's centre lies in the specimen, mm.
    score : Tensor, shape (K,)
        Correlation with the template.
    """

    linear: torch.Tensor
    offset: torch.Tensor
    score: torch.Tensor

    def best(self, count: int) -> "Poses":
        """The `count` poses of highest score, best first."""
        rows = self.score.argsort(descending=True)[:count]
        return Poses(self.linear[rows], self.offset[rows], self.score[rows])


def joined(first: Poses, second: Poses) -> Poses:
    """The poses of both."""
    pairs = zip(vars(first).values(), vars(second).values(), strict=True)
    return Poses(*(torch.cat(pair) for pair in pairs))


@dataclass(frozen=True, eq=False)
class TemplatePoints:
    """Sample points of a template for pose refinement.

    Attributes
    ----------
    offsets : Tensor, shape (P, 3)
        From the template's centre, mm.
    values : Tensor, shape (P,)
        Template brightness there.
    """

    offsets: torch.Tensor
    values: torch.Tensor


LEAST_SHARE = 0.2
"""Share of the template's points that must lie in the field of view for a score."""


def refine_poses(
    image: Image,
    template: TemplatePoints,
    poses: Poses,
    steps: int = 12,
    fixed_scale: bool = False,
    scale_limits: tuple[float, float] = (0.8, 1.25),
    told: Callable[[float], None] = lambda _: None,
) -> Poses:
    """Climb from each pose to the nearest maximum of the correlation (Evangelidis 2008, in 3-D).

    Only template points inside the specimen's field of view count. A step is taken where it
    improves the score; otherwise the damping grows.

    Parameters
    ----------
    image : Image
        Specimen, blurred to the scale of the points' spacing.
    template : TemplatePoints
        What to find.
    poses : Poses
        Where to start.
    steps : int
        Most steps.
    fixed_scale : bool
        Leave the size alone.
    scale_limits : tuple of float
        Smallest and largest size against the template.
    told : callable
        Hears the fraction of steps that is done; may raise to cancel.
    """
    linear, offset = poses.linear.clone(), poses.offset.clone()
    damping = torch.full((len(linear),), 1e-2, device=offset.device)
    score, normal, slope = _linearised(image, template, linear, offset)
    for number in range(steps):
        told(number / steps)
        step = _solve(normal, slope, damping, fixed_scale)
        tried = updated(linear, offset, step)
        size = torch.linalg.det(tried[0]).abs().pow(1 / 3)
        new_score, new_normal, new_slope = _linearised(image, template, *tried)
        better = (new_score > score) & (size > scale_limits[0]) & (size < scale_limits[1])
        gain = torch.where(better, new_score - score, 0.0).max()
        damping = torch.where(better, damping * 0.3, damping * 10)
        linear = torch.where(better[:, None, None], tried[0], linear)
        offset = torch.where(better[:, None], tried[1], offset)
        normal = torch.where(better[:, None, None], new_normal, normal)
        slope = torch.where(better[:, None], new_slope, slope)
        score = torch.where(better, new_score, score)
        if bool((~better & (damping > 1e4)).all()) or (bool(better.any()) and float(gain) < 1e-6):
            break
    return Poses(linear, offset, score)


def scores(image: Image, template: TemplatePoints, poses: Poses) -> torch.Tensor:
    """Correlation at each pose, shape (K,); points outside the field of view do not count."""
    points = _placed(template, poses.linear, poses.offset)
    seen = image.inside(points).float()
    score = correlation(template.values.expand(len(points), -1), image.at(points), seen)
    return torch.where(seen.mean(-1) >= LEAST_SHARE, score, -1.0)


def _placed(template: TemplatePoints, linear: torch.Tensor, offset: torch.Tensor) -> torch.Tensor:
    return template.offsets @ linear.transpose(-1, -2) + offset[:, None]


def _linearised(
    image: Image, template: TemplatePoints, linear: torch.Tensor, offset: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Score (K,), Gauss-Newton matrix (K, 7, 7) and slope (K, 7) of the standardised residual."""
    points = _placed(template, linear, offset)
    seen = image.inside(points).float()
    values, gradients = image.with_slope(points)
    fixed, _ = standardised(template.values.expand(len(points), -1), seen)
    moving, spread = standardised(values, seen)
    arms = points - offset[:, None]
    turn = torch.linalg.cross(arms, gradients)
    stretch = (gradients * arms).sum(-1, keepdim=True)
    jacobian = torch.cat([turn, gradients, stretch], -1) / spread[..., None]
    weights = seen / seen.sum(-1, keepdim=True).clamp_min(1)
    jacobian = jacobian - (weights[..., None] * jacobian).sum(1, keepdim=True)
    weighted = weights[..., None] * jacobian
    slope = (weighted * (fixed - moving)[..., None]).sum(1)
    score = (weights * fixed * moving).sum(-1)
    return torch.where(seen.mean(-1) >= LEAST_SHARE, score, -1.0), jacobian.transpose(1, 2) @ weighted, slope


def _solve(
    normal: torch.Tensor, slope: torch.Tensor, damping: torch.Tensor, fixed_scale: bool
) -> torch.Tensor:
    if fixed_scale:
        slope = slope * torch.tensor([1.0] * 6 + [0.0], device=slope.device)
    scale = normal.diagonal(dim1=1, dim2=2).clamp_min(1e-9)
    damped = normal + torch.diag_embed(scale * damping[:, None])
    step = torch.linalg.solve(damped, slope[..., None])[..., 0]
    if fixed_scale:
        step = torch.cat([step[:, :6], torch.zeros_like(step[:, 6:])], 1)
    limits = torch.tensor([0.15] * 3 + [1.0] * 3 + [0.05], device=step.device)
    return torch.maximum(torch.minimum(step, limits), -limits)
