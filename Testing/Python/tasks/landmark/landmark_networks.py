"""Stand-ins for trained networks, and a few steps of training, for tests of the landmark levels."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from craniomark.engine.image import Image
from craniomark.parts.nets.heatmap import SpatialMean
from craniomark.tasks.landmark.focus.network import Focused, FocusSettings
from craniomark.tasks.landmark.focus.patches import patch_matrix
from craniomark.tasks.landmark.levels.grid import Grid
from craniomark.tasks.landmark.levels.network import Located


class CentreOfMass(nn.Module):
    """A network that finds the middle of what is bright, and says so of each of its landmarks."""

    mean: torch.Tensor

    def __init__(self, grid: Grid, landmarks: int = 1, off: tuple[float, float, float] = (0, 0, 0)) -> None:
        super().__init__()
        self.grid = grid
        self.register_buffer("mean", torch.zeros(landmarks, 3))
        self.register_buffer("off", torch.tensor(off))
        self.place = SpatialMean(grid.shape, grid.matrix)

    def forward(self, images: torch.Tensor, *_: object, **__: object) -> Located:
        found, variance = self.place(images.flatten(2), "relu")
        count = len(self.mean)
        return Located(found.expand(-1, count, 3) + self.off, variance.expand(-1, count), None, None)


class FocusOnMass(nn.Module):
    """A focus network that finds the middle of what is bright in a patch."""

    def __init__(self, landmarks: int, size: int = 24, spacing: float = 0.125) -> None:
        super().__init__()
        self.settings, self.landmarks = FocusSettings(size=size, spacing=spacing), landmarks
        self.weights = nn.Embedding(landmarks, 1)
        self.place = SpatialMean((size, size, size), patch_matrix(size, spacing))

    def forward(self, patches: torch.Tensor, _: torch.Tensor) -> Focused:
        found, variance = self.place(patches.flatten(2), "relu")
        return Focused(found[:, 0], variance[:, 0], torch.full_like(variance[:, 0], -3.0))


def blob(
    centre: tuple[float, float, float], width: float = 0.5, spacing: float = 0.2, half: int = 30
) -> Image:
    """A ball of brightness at a place, mm, in a cube about the origin."""
    matrix = np.diag([spacing, spacing, spacing, 1.0])
    matrix[:3, 3] = -spacing * half
    axis = torch.arange(2 * half + 1, dtype=torch.float32) * spacing - spacing * half
    squares = [(axis - c) ** 2 for c in centre]
    apart = squares[0][:, None, None] + squares[1][:, None] + squares[2]
    return Image(torch.exp(-apart / (2 * width**2)), matrix)


def trained(
    network: nn.Module, losses: Callable[[int], dict[str, torch.Tensor]], steps: int, rate: float = 2e-3
) -> list[float]:
    """The sum of the losses at each of a few steps of AdamW."""
    optimiser = torch.optim.AdamW(network.parameters(), rate)
    told = []
    for step in range(steps):
        loss = torch.stack(list(losses(step).values())).sum()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        told.append(float(loss.detach()))
    return told
