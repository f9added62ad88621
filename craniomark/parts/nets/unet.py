"""A residual U-Net, in 3-D or 2-D, whose voxels keep an exact place: input of any landmark network."""

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray
from torch import nn

from craniomark.parts.nets.conditioning import Modulation
from craniomark.parts.nets.residual_se import CONVOLUTIONS, layout_of

_GROUP = 8


@dataclass(frozen=True)
class UNetSettings:
    """Size of a U-Net.

    Attributes
    ----------
    filters : tuple of int
        Channels of each level, from fine to coarse; multiples of 8.
    stem : {1, 2, 4}
        Edge of the blocks of input voxels that become one voxel of the finest level.
    finest : int
        Level at which the decoder ends: 0 gives maps as fine as the stem's output.
    blocks : int
        Residual blocks in each level.
    everywhere : bool
        A condition, where there is one, acts on all levels instead of the coarsest alone.
    """

    filters: tuple[int, ...] = (16, 32, 64, 96)
    stem: int = 2
    finest: int = 0
    blocks: int = 1
    everywhere: bool = False

    def __post_init__(self) -> None:
        if not self.filters or any(f < 1 or f % _GROUP for f in self.filters):
            raise ValueError(f"filters is {self.filters}: give multiples of {_GROUP}, one per level")
        if self.stem not in (1, 2, 4):
            raise ValueError(f"stem is {self.stem}: give 1, 2 or 4")
        if not 0 <= self.finest < len(self.filters):
            raise ValueError(f"finest is {self.finest}: give a level from 0 to {len(self.filters) - 1}")
        if self.blocks < 1:
            raise ValueError(f"blocks is {self.blocks}: give at least 1")

    @property
    def stride(self) -> int:
        """Edge of a voxel of the maps, in input voxels."""
        return self.stem * 2**self.finest

    @property
    def multiple(self) -> int:
        """What each edge of the input must be a multiple of."""
        return int(self.stem * 2 ** (len(self.filters) - 1))

    def map_matrix(self, matrix: ArrayLike) -> NDArray[np.float64]:
        """Voxel-to-mm matrix of the maps for an input of that `matrix`: voxels are centres of blocks."""
        shift = np.eye(4)
        shift[:3, 3] = (self.stride - 1) / 2
        return np.asarray(matrix, dtype=np.float64) @ shift @ np.diag([self.stride] * 3 + [1])


class Features(NamedTuple):
    """What a U-Net makes of images.

    Attributes
    ----------
    maps : Tensor, shape (B, F, I, J, K)
        At the decoder's end.
    bottleneck : Tensor, shape (B, C, i, j, k)
        At the coarsest level.
    """

    maps: torch.Tensor
    bottleneck: torch.Tensor


class UNet(nn.Module):
    """Residual U-Net (Ronneberger et al. 2015, He et al. 2016) of group-normalised 3^3 convolutions.

    Its stem folds blocks of voxels into channels, and levels are joined by convolutions of blocks of
    2^3 voxels, so that each voxel of the maps lies exactly over a block of the input.

    Parameters
    ----------
    settings : UNetSettings
        Size.
    condition : int
        Number of values of a condition; 0 for none.
    channels : int
        Of the images.
    axes : {3, 2}
        Of the images; a condition needs three.
    """

    def __init__(self, settings: UNetSettings, condition: int = 0, channels: int = 1, axes: int = 3) -> None:
        super().__init__()
        self.settings = settings
        filters, conv = settings.filters, CONVOLUTIONS[axes]
        up = nn.ConvTranspose3d if axes == 3 else nn.ConvTranspose2d
        entries = [conv(channels * settings.stem**axes, filters[0], 3, padding=1)]
        entries += [conv(a, b, 2, stride=2) for a, b in itertools.pairwise(filters)]
        self.entries = nn.ModuleList(entries)
        self.encoders = nn.ModuleList(_blocks(f, settings.blocks, axes) for f in filters)
        decoded = filters[settings.finest :]
        pairs = list(itertools.pairwise(decoded))
        self.rises = nn.ModuleList(up(b, a, 2, stride=2) for a, b in pairs)
        self.merges = nn.ModuleList(conv(2 * a, a, 1) for a, _ in pairs)
        self.decoders = nn.ModuleList(_blocks(a, settings.blocks, axes) for a, _ in pairs)
        told = range(len(filters)) if settings.everywhere else [len(filters) - 1]
        self.conditions = nn.ModuleDict(
            {str(level): Modulation(condition, filters[level]) for level in told if condition}
        )
        self.final = nn.Sequential(nn.GroupNorm(self.map_channels // _GROUP, self.map_channels), _act())
        self.to(memory_format=layout_of(axes))  # type: ignore[call-overload]  # several times faster on a CPU

    @property
    def map_channels(self) -> int:
        """Channels of the maps."""
        return self.settings.filters[self.settings.finest]

    @property
    def bottleneck_channels(self) -> int:
        """Channels of the bottleneck."""
        return self.settings.filters[-1]

    def forward(self, images: torch.Tensor, condition: torch.Tensor | None = None) -> Features:
        """Features of images, shape (B, C, I, J[, K]), each edge a multiple of ``settings.multiple``."""
        if any(edge % self.settings.multiple for edge in images.shape[2:]):
            edges = tuple(images.shape[2:])
            raise ValueError(f"images of {edges} voxels: give multiples of {self.settings.multiple}")
        x = folded(images, self.settings.stem).contiguous(memory_format=layout_of(images.ndim - 2))
        kept = []
        for level, (entry, encoder) in enumerate(zip(self.entries, self.encoders, strict=True)):
            x = entry(x)
            if condition is not None and str(level) in self.conditions:
                x = self.conditions[str(level)](x, condition)
            x = encoder(x)
            kept.append(x)
        bottleneck = x
        skips = kept[self.settings.finest : -1]
        steps = zip(self.rises, self.merges, self.decoders, skips, strict=True)
        for rise, merge, decoder, skip in reversed(list(steps)):
            x = decoder(merge(torch.cat([rise(x), skip], dim=1)))
        return Features(self.final(x), bottleneck)


class Residual(nn.Module):
    """Two normalised convolutions beside the identity, which is all that they are at first."""

    def __init__(self, channels: int, axes: int = 3) -> None:
        super().__init__()
        groups, conv = channels // _GROUP, CONVOLUTIONS[axes]
        self.norm1, self.norm2 = nn.GroupNorm(groups, channels), nn.GroupNorm(groups, channels)
        self.conv1 = conv(channels, channels, 3, padding=1)
        self.conv2 = conv(channels, channels, 3, padding=1)
        self.act = _act()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Features of the same shape."""
        y = self.conv1(self.act(self.norm1(x)))
        out: torch.Tensor = x + self.conv2(self.act(self.norm2(y)))
        return out


def folded(images: torch.Tensor, edge: int) -> torch.Tensor:
    """Blocks of ``edge**3`` voxels as channels: (B, C, I, J, K) to (B, C edge^3, I/edge, J/edge, K/edge).

    In 2-D blocks of ``edge**2``.
    """
    if edge == 1:
        return images
    if images.ndim == 4:
        return F.pixel_unshuffle(images, edge)
    b, c, i, j, k = images.shape
    blocks = images.reshape(b, c, i // edge, edge, j // edge, edge, k // edge, edge)
    return blocks.permute(0, 1, 3, 5, 7, 2, 4, 6).reshape(b, c * edge**3, i // edge, j // edge, k // edge)


def _act() -> nn.Module:
    return nn.LeakyReLU(0.1)


def _blocks(channels: int, count: int, axes: int) -> nn.Sequential:
    return nn.Sequential(*(Residual(channels, axes) for _ in range(count)))
