"""What is minimised when an elastic network is trained."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from craniomark.parts.losses.fields import diffusion
from craniomark.parts.losses.overlap import dice_loss
from craniomark.parts.losses.similarity import SIMILARITIES, similarity_of
from craniomark.tasks.regnet.elastic.network import Elastic, warped


@dataclass(frozen=True)
class ElasticObjective:
    """Terms of the loss and their weights.

    Attributes
    ----------
    similarity : str
        How real images are compared, one of `SIMILARITIES`.
    images : float
        Weight of that.
    labels : float
        Weight of the overlap of synthetic labels.
    fields : float
        Weight of the squared difference from precomputed velocities, in steps of the lattice.
    smoothness : float
        Weight of the velocities' mean squared slope.
    """

    similarity: str = "lncc"
    images: float = 1.0
    labels: float = 1.0
    fields: float = 1.0
    smoothness: float = 0.05

    def __post_init__(self) -> None:
        if self.similarity not in SIMILARITIES:
            names = ", ".join(SIMILARITIES)
            raise ValueError(f"similarity is {self.similarity!r}: give one of {names}")
        for name in ("images", "labels", "fields", "smoothness"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is {getattr(self, name)}: give a number that is not negative")


def elastic_losses(
    found: Elastic, tensors: Mapping[str, torch.Tensor], settings: ElasticObjective
) -> dict[str, torch.Tensor]:
    """Terms of the loss, each with its weight in it, of a batch of `sample_batch`."""
    terms = {"smoothness": settings.smoothness * diffusion(found.velocities)}
    if "velocities" in tensors:
        away = (found.velocities - tensors["velocities"].float()).square().mean()
        return terms | {"fields": settings.fields * away}
    fixed, moving = tensors["fixed"].float(), tensors["moving"].float()
    made = tensors["fixed_labels"].flatten(1).any(1)
    if bool((~made).any()):
        real = Elastic(found.velocities[~made], found.linear[~made])
        away = similarity_of(settings.similarity)(warped(moving[~made], real), fixed[~made])
        terms["images"] = settings.images * away
    if bool(made.any()):
        drawn = Elastic(found.velocities[made], found.linear[made])
        carried = warped(tensors["moving_labels"][made].float(), drawn)
        terms["labels"] = settings.labels * dice_loss(carried, tensors["fixed_labels"][made].float())
    return terms
