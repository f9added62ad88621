"""A U-Net that tells the velocity by which one image flows into another, and the affine map after it.

It sees both images and least-squares estimates of how far they are apart about each block of voxels, and
tells how much each estimate counts and what is to be added: a network that has to find out shifts by itself
needs far more pairs than a laboratory has scans.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from craniomark.engine.diffeo.lattice import resized
from craniomark.engine.maps import integrated
from craniomark.parts.nets.levels import normalised
from craniomark.parts.nets.local_shifts import local_shifts
from craniomark.parts.nets.precision import full_precision
from craniomark.parts.nets.residual_se import CONVOLUTIONS
from craniomark.parts.nets.unet import UNet, UNetSettings, folded

SQUARINGS = 6
_LOUDER = 3.0
"""Shifts are tenths of blocks, images about 1."""


@dataclass(frozen=True)
class ElasticSettings:
    """How the network is built.

    Attributes
    ----------
    axes : {3, 2}
        Of the images.
    spacing : float
        Of the grid on which it sees images, mm.
    block : int
        Edge, in voxels, of the blocks that become one voxel of the U-Net and one point of the velocities.
    windows : tuple of int
        Odd numbers of blocks from which shifts are estimated; empty for no estimates.
    rounds : int
        How often it looks, each time at the moving image as it was brought over the time before.
    unet : UNetSettings
        Size; its maps are as fine as what it is given.
    joint : bool
        Tell an affine map as well, which acts after the flow.
    bright : float
        Share of the grid whose mean is brightness 1.
    """

    axes: int = 3
    spacing: float = 0.25
    block: int = 4
    windows: tuple[int, ...] = (1, 3, 5)
    rounds: int = 2
    unet: UNetSettings = field(default_factory=lambda: UNetSettings((16, 32, 48), stem=1))
    joint: bool = False
    bright: float = 0.03

    def __post_init__(self) -> None:
        if self.axes not in (2, 3):
            raise ValueError(f"axes is {self.axes}: give 3 or 2")
        if not 0 < self.spacing < float("inf"):
            raise ValueError(f"spacing is {self.spacing}: give mm above 0")
        for name in ("block", "rounds"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: give at least 1")
        if any(window < 1 or window % 2 == 0 for window in self.windows):
            raise ValueError(f"windows is {self.windows}: give odd numbers of blocks")
        if self.unet.stride != 1:
            raise ValueError(f"unet.stride is {self.unet.stride}: give stem 1 and finest 0; block coarsens")
        if not 0 < self.bright <= 1:
            raise ValueError(f"bright is {self.bright}: give a share above 0, at most 1")

    @property
    def multiple(self) -> int:
        """What each edge of the images must be a multiple of."""
        return self.block * self.unet.multiple


class Elastic(NamedTuple):
    """What the network tells of pairs.

    Attributes
    ----------
    velocities : Tensor, shape (B, D, *lattice)
        In steps of a lattice whose outer points are those of the images' grid.
    linear : Tensor, shape (B, D, D + 1)
        Affine map after the flow, in torch's coordinates from -1 to 1, last axis first.
    """

    velocities: torch.Tensor
    linear: torch.Tensor


class ElasticNetwork(nn.Module):
    """Velocities, and an affine map, of pairs of images; untrained it tells that nothing moves.

    Parameters
    ----------
    settings : ElasticSettings
        How it is built.
    """

    def __init__(self, settings: ElasticSettings) -> None:
        super().__init__()
        self.settings = settings
        axes, estimates = settings.axes, len(settings.windows)
        seen = 2 * settings.block**axes + axes * estimates
        self.unet = UNet(settings.unet, channels=seen, axes=axes)
        self.last = CONVOLUTIONS[axes](self.unet.map_channels, axes * (estimates + 1), 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]
        self.linear = nn.Linear(self.unet.bottleneck_channels, axes * (axes + 1))
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, fixed: torch.Tensor, moving: torch.Tensor) -> Elastic:
        """Maps of pairs, shape (B, 1, *grid) each, every edge a multiple of ``settings.multiple``."""
        fixed, moving = (normalised(images, self.settings.bright) for images in (fixed, moving))
        found = self._step(fixed, moving)
        for _ in range(self.settings.rounds - 1):
            more = self._step(fixed, warped(moving, found))
            found = Elastic(found.velocities + more.velocities, found.linear)
        return found

    def _step(self, fixed: torch.Tensor, moving: torch.Tensor) -> Elastic:
        axes, block = self.settings.axes, self.settings.block
        images = folded(torch.cat([fixed, moving], 1), block)
        with full_precision(fixed):
            shifts = local_shifts(fixed.float(), moving.float(), block, self.settings.windows or (1,))
        shifts = shifts[:, : axes * len(self.settings.windows)]
        features = self.unet(torch.cat([images, _LOUDER * shifts], 1))
        told = self.last(features.maps).float()
        counted, added = told[:, :-axes], told[:, -axes:]
        velocities = added + (counted * shifts).unflatten(1, (len(self.settings.windows), axes)).sum(1)
        with full_precision(fixed):
            numbers = self.linear(features.bottleneck.float().flatten(2).mean(2))
        still = torch.eye(axes, axes + 1, device=fixed.device)
        change = 0.2 * numbers.view(-1, axes, axes + 1) * float(self.settings.joint)
        return Elastic(velocities, still + change)


def displaced(velocities: torch.Tensor, shape: Sequence[int], squarings: int = SQUARINGS) -> torch.Tensor:
    """Where the flow takes the voxels of a grid, shape (B, *grid, D), in torch's coordinates."""
    moved = integrated(velocities, squarings)
    unit = torch.tensor([2 / (n - 1) for n in moved.shape[2:]], device=moved.device)
    dense = resized((moved * unit.view(1, -1, *[1] * len(shape))).flip(1), shape)
    axes = [torch.linspace(-1, 1, n, device=moved.device) for n in shape]
    still = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).flip(-1)
    return still + dense.movedim(1, -1)


def placed(elastic: Elastic, shape: Sequence[int]) -> torch.Tensor:
    """Where the whole map takes the voxels of a grid, shape (B, *grid, D), in torch's coordinates."""
    flowed = displaced(elastic.velocities, shape)
    matrix = elastic.linear
    turned = flowed.flatten(1, -2) @ matrix[:, :, :-1].transpose(1, 2) + matrix[:, None, :, -1]
    return turned.view(flowed.shape)


def warped(moving: torch.Tensor, elastic: Elastic) -> torch.Tensor:
    """Moving images, shape (B, C, *grid), as the fixed images' grids see them; 0 from beyond."""
    where = placed(elastic, moving.shape[2:])
    return F.grid_sample(moving, where.to(moving.dtype), align_corners=True, padding_mode="zeros")
