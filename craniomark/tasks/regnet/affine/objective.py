"""What a network of linear maps is trained to make small."""

from dataclasses import dataclass

import torch

from craniomark.parts.nets.precision import full_precision
from craniomark.tasks.regnet.affine.network import AffineSettings, Told
from craniomark.tasks.regnet.affine.numbers import numbers_of


@dataclass(frozen=True)
class ObjectiveSettings:
    """Weights of the terms.

    Attributes
    ----------
    numbers : float
        Of the squared errors of the map's numbers: radians, deviations of the scale, ratios of half an image.
    matrix : float
        Of the squared errors of the matrices' elements.
    points : float
        Of the squared distances of the points in both images under the true map, over their own spread, so
        that they mean the same in both; where the network finds points.
    """

    numbers: float = 1.0
    matrix: float = 1.0
    points: float = 0.5

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value < float("inf"):
                raise ValueError(f"{name} is {value}: give a number that is not negative")
        if not self.numbers + self.matrix:
            raise ValueError("numbers is 0.0, as matrix is: give one of them a weight")


def affine_losses(
    found: list[Told], truth: torch.Tensor, settings: AffineSettings, objective: ObjectiveSettings
) -> dict[str, torch.Tensor]:
    """Each term of the loss (L2), a mean over all stages.

    Parameters
    ----------
    found : list of Told
        What each stage tells.
    truth : Tensor, shape (B, D + 1, D + 1)
        True maps.
    settings, objective : AffineSettings, ObjectiveSettings
        Family, and weights.
    """
    with full_precision(truth):
        terms: dict[str, torch.Tensor] = {}
        if objective.numbers:
            wanted = numbers_of(truth, settings.family)
            told = [
                (numbers_of(one.maps.float(), settings.family) - wanted).square().sum(1).mean()
                for one in found
            ]
            terms["numbers"] = objective.numbers * torch.stack(told).mean()
        if objective.matrix:
            told = [(one.maps.float() - truth).square().sum((1, 2)).mean() for one in found]
            terms["matrix"] = objective.matrix * torch.stack(told).mean()
        apart = [_apart(one, truth) for one in found if one.fixed is not None]
        if apart and objective.points:
            terms["points"] = objective.points * torch.stack(apart).mean()
        return terms


def _apart(told: Told, truth: torch.Tensor) -> torch.Tensor:
    """Mean squared distance of a stage's points under what was left to find, over their spread."""
    assert told.fixed is not None
    assert told.moving is not None
    rest = torch.linalg.inv(told.before.float()) @ truth
    moved = told.fixed.float() @ rest[:, :-1, :-1].transpose(1, 2) + rest[:, None, :-1, -1]
    moving = told.moving.float()
    spread = (moving - moving.mean(1, keepdim=True)).square().sum(-1).mean()
    return (moved - moving).square().sum(-1).mean() / spread.clamp_min(1e-3)
