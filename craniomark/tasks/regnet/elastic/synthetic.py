"""Label maps of no anatomy, and images of them, from which a network learns to register anything.

After SynthMorph (Hoffmann et al. 2022, doi 10.1109/TMI.2021.3116879).
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from craniomark.engine.diffeo.lattice import resized
from craniomark.parts.augment.intensity import IntensityRange, sample_intensity, with_intensity
from craniomark.tasks.regnet.elastic.network import displaced


@dataclass(frozen=True)
class SyntheticSettings:
    """How label maps are made.

    Attributes
    ----------
    labels : int
        How many there are.
    coarse : int
        Points along each axis of the noise whose largest channel is the label.
    flow : float
        Largest standard deviation of the velocities, as a share of half an image.
    rough : int
        Points along each axis of the velocities' lattice.
    intensity : IntensityRange
        Blur, noise and shading of the images.
    """

    labels: int = 6
    coarse: int = 8
    flow: float = 0.06
    rough: int = 6
    intensity: IntensityRange = field(
        default_factory=lambda: IntensityRange(gamma=0.5, noise=0.1, blur=1.0, shading=0.3)
    )

    def __post_init__(self) -> None:
        if self.labels < 2:
            raise ValueError(f"labels is {self.labels}: give at least 2")
        for name in ("coarse", "rough"):
            if getattr(self, name) < 3:
                raise ValueError(f"{name} is {getattr(self, name)}: give at least 3")
        if not 0 <= self.flow < 1:
            raise ValueError(f"flow is {self.flow}: give a share from 0 to under 1")


class LabelledPair(NamedTuple):
    """Two images, shape (B, 1, *grid), and their labels, shape (B, labels, *grid)."""

    fixed: torch.Tensor
    moving: torch.Tensor
    fixed_labels: torch.Tensor
    moving_labels: torch.Tensor


def synthetic_pairs(
    count: int, shape: tuple[int, ...], settings: SyntheticSettings, rng: np.random.Generator
) -> LabelledPair:
    """Pairs of images of the same labels, each warped and coloured by itself."""
    axes = len(shape)
    noise = _drawn(rng, count, settings.labels, *[settings.coarse] * axes)
    labels = F.one_hot(resized(noise, shape).argmax(1), settings.labels).movedim(-1, 1).float()
    sides = []
    for _ in range(2):
        spread = rng.uniform(0, settings.flow, count).astype(np.float32)
        steps = torch.from_numpy(spread).view(-1, 1, *[1] * axes) * (settings.rough - 1) / 2
        flow = _drawn(rng, count, axes, *[settings.rough] * axes) * steps
        warped = F.grid_sample(labels, displaced(flow, shape), align_corners=True, padding_mode="border")
        sides.append((_coloured(warped, settings, rng), warped))
    (fixed, fixed_labels), (moving, moving_labels) = sides
    return LabelledPair(fixed, moving, fixed_labels, moving_labels)


def _coloured(labels: torch.Tensor, settings: SyntheticSettings, rng: np.random.Generator) -> torch.Tensor:
    count, axes = len(labels), labels.ndim - 2
    colours = torch.from_numpy(rng.uniform(0, 1, labels.shape[:2]).astype(np.float32))
    image = (labels * colours.view(*labels.shape[:2], *[1] * axes)).sum(1, keepdim=True)
    return with_intensity(image, sample_intensity(count, settings.intensity, rng, axes))


def _drawn(rng: np.random.Generator, *shape: int) -> torch.Tensor:
    return torch.from_numpy(rng.standard_normal(shape).astype(np.float32))
