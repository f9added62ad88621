"""What the network of bone masks learns by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F

from craniomark.parts.losses.masks import (
    dice,
    far_weights,
    focal,
    generalised_dice,
    sensitivity_specificity,
    weighted_bce,
    weighted_dice,
)

Loss = Literal["bce_dice", "focal", "generalised_dice", "weighted_dice", "sensitivity_specificity"]
LOSSES = ("bce_dice", "focal", "generalised_dice", "weighted_dice", "sensitivity_specificity")


@dataclass(frozen=True)
class ObjectiveSettings:
    """Losses and their weights.

    Attributes
    ----------
    target : {"mask", "distance"}
        What is learnt first; the network must have that head.
    loss : {"bce_dice", "focal", "generalised_dice", "weighted_dice", "sensitivity_specificity"}
        Of masks. That of distances is the mean absolute error.
    bce : float
        Share of the cross-entropy in bce_dice.
    positive : float
        Weight of bone in the cross-entropy.
    far : float
        What is added to the weight of a voxel far from bone in the cross-entropy: negatives weighted by
        their distance.
    dice_per_batch : bool
        Dice of the whole batch as one, in place of the mean over samples.
    foreground : float
        Share of bone in weighted_dice, in sensitivity_specificity, and the focal loss's alpha.
    gamma : float
        Of the focal loss.
    auxiliary : float
        Weight of the other target's loss; 0 for none.
    deep : float
        Weight of each coarser answer, times that of the one before.
    """

    target: Literal["mask", "distance"] = "mask"
    loss: Loss = "bce_dice"
    bce: float = 0.5
    positive: float = 1.0
    far: float = 0.0
    dice_per_batch: bool = True
    foreground: float = 0.5
    gamma: float = 2.0
    auxiliary: float = 0.2
    deep: float = 0.3

    def __post_init__(self) -> None:
        if self.target not in ("mask", "distance"):
            raise ValueError(f"target is {self.target!r}: give mask or distance")
        if self.loss not in LOSSES:
            raise ValueError(f"loss is {self.loss!r}: give one of {', '.join(LOSSES)}")
        for name in ("bce", "foreground"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}: give a share from 0 to 1")
        for name in ("far", "gamma", "auxiliary", "deep"):
            if not 0 <= getattr(self, name) < 1e6:
                raise ValueError(f"{name} is {getattr(self, name)}: give 0 or more")
        if not 0 < self.positive < 1e6:
            raise ValueError(f"positive is {self.positive}: give a weight above 0")

    def needed(self) -> str:
        """Heads that the network must have."""
        return "both" if self.auxiliary else self.target


def segment_losses(
    answers: Sequence[torch.Tensor],
    batch: Mapping[str, torch.Tensor],
    settings: ObjectiveSettings,
    heads: str,
) -> dict[str, torch.Tensor]:
    """Each term with its weight in it.

    Parameters
    ----------
    answers : sequence of Tensor
        Of the network, fine to coarse.
    batch : mapping
        ``masks`` and ``distances``, (B, 1, I, J, K).
    settings : ObjectiveSettings
        Losses.
    heads : {"mask", "distance", "both"}
        What the channels of the answers are.
    """
    masks, distances = batch["masks"].float(), batch["distances"].float()
    other = "distance" if settings.target == "mask" else "mask"
    shares = {settings.target: 1.0} | ({other: settings.auxiliary} if settings.auxiliary else {})
    terms: dict[str, torch.Tensor] = {}
    for level, answer in enumerate(answers):
        weight = settings.deep**level if level else 1.0
        if not weight:
            break
        wanted = {"mask": _coarser(masks, level), "distance": _coarser(distances, level)}
        for name, share in shares.items():
            channel = 1 if heads == "both" and name == "distance" else 0
            loss = _loss(name, answer[:, channel : channel + 1].float(), wanted, settings)
            key = f"{name}{level or ''}"
            terms[key] = weight * share * loss
    return terms


def _loss(
    name: str, answer: torch.Tensor, wanted: Mapping[str, torch.Tensor], settings: ObjectiveSettings
) -> torch.Tensor:
    if name == "distance":
        return (torch.tanh(answer) - wanted["distance"]).abs().mean()
    target = wanted["mask"]
    if settings.loss == "bce_dice":
        weights = far_weights(wanted["distance"], settings.far) if settings.far else None
        entropy = weighted_bce(answer, target, settings.positive, weights)
        overlap = dice(answer, target, settings.dice_per_batch)
        return settings.bce * entropy + (1 - settings.bce) * overlap
    if settings.loss == "focal":
        return focal(answer, target, settings.gamma, settings.foreground)
    if settings.loss == "weighted_dice":
        return weighted_dice(answer, target, settings.foreground)
    if settings.loss == "generalised_dice":
        return generalised_dice(answer, target)
    return sensitivity_specificity(answer, target, settings.foreground)


def _coarser(target: torch.Tensor, level: int) -> torch.Tensor:
    return F.avg_pool3d(target, 2**level) if level else target
