"""The network of bone masks: a residual 3-D U-Net with a dilated centre."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from craniomark.parts.nets.residual_se import SqueezeExcite
from craniomark.parts.nets.unet import folded
from craniomark.tasks.segment.sharpness import BINS

Norm = Literal["group", "batch"]
Heads = Literal["mask", "distance", "both"]
_GROUP = 8
_SHARP = 40.0
"""Slope of the first answer, which is a threshold halfway between air and bone."""
_OPEN = 3.0
"""Gates are open at first, by this logit."""


@dataclass(frozen=True)
class NetworkSettings:
    """Size of the network and what it answers.

    Attributes
    ----------
    filters : tuple of int
        Channels of each level, from fine to coarse; multiples of 8.
    stem : {1, 2}
        Edge of the blocks of voxels that become one voxel of the finest level; answers are given for voxels.
    blocks : int
        Residual blocks in each level.
    dilations : tuple of int
        Of the convolutions in the centre, one block each; empty for none.
    norm : {"group", "batch"}
        Of channels; batch is over all GPUs where several share a step (see `synchronised`).
    squeeze : bool
        Channels are weighed by what the whole patch shows.
    heads : {"mask", "distance", "both"}
        Logits of the mask, the signed distance by a hyperbolic tangent, or both.
    deep : int
        Levels above the finest that answer as well, for deep supervision.
    sure : float
        Logit beyond which a prediction overrules brightness; nearer to 0 brightness decides.
    """

    filters: tuple[int, ...] = (24, 40, 48)
    stem: int = 2
    blocks: int = 1
    dilations: tuple[int, ...] = (1, 2, 4)
    norm: Norm = "group"
    squeeze: bool = True
    heads: Heads = "both"
    deep: int = 1
    sure: float = 1.0

    def __post_init__(self) -> None:
        if not self.filters or any(f < 1 or f % _GROUP for f in self.filters):
            raise ValueError(f"filters is {self.filters}: give multiples of {_GROUP}, one per level")
        if self.stem not in (1, 2):
            raise ValueError(f"stem is {self.stem}: give 1 or 2")
        if self.blocks < 1:
            raise ValueError(f"blocks is {self.blocks}: give at least 1")
        if any(one < 1 for one in self.dilations):
            raise ValueError(f"dilations is {self.dilations}: give numbers of at least 1")
        if self.norm not in ("group", "batch"):
            raise ValueError(f"norm is {self.norm!r}: give group or batch")
        if self.heads not in ("mask", "distance", "both"):
            raise ValueError(f"heads is {self.heads!r}: give mask, distance or both")
        if not 0 <= self.deep < len(self.filters):
            raise ValueError(f"deep is {self.deep}: give 0 to {len(self.filters) - 1}")
        if not 0 <= self.sure < 100:
            raise ValueError(f"sure is {self.sure}: give 0 to below 100")

    @property
    def multiple(self) -> int:
        """What each edge of the input must be a multiple of."""
        return int(self.stem * 2 ** (len(self.filters) - 1))

    @property
    def answers(self) -> int:
        """Channels of the answer: mask, distance, or mask and distance."""
        return 2 if self.heads == "both" else 1


class SegmentNetwork(nn.Module):
    """Residual U-Net (Ronneberger et al. 2015, He et al. 2016) whose centre sees far by dilation (Yu 2016).

    Blocks of voxels become channels at the start and voxels again at the end. The brightness of each
    voxel has a way of its own around all layers, with a gate at its end: untrained, the network is a
    threshold halfway between air and bone. What it learns is where brightness is not to be trusted, and
    what is there then.

    Parameters
    ----------
    settings : NetworkSettings
        Size.

    Attributes
    ----------
    voxel : Tensor, scalar
        Edge of the voxels that it was trained on, mm.
    usual : Tensor, shape (BINS,)
        Logarithm of the spectrum of the scans that it was trained on.
    """

    voxel: torch.Tensor
    usual: torch.Tensor

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        filters, cells = settings.filters, settings.stem**3
        entries = [nn.Conv3d(cells, filters[0], 3, padding=1)]
        entries += [nn.Conv3d(a, b, 2, stride=2) for a, b in itertools.pairwise(filters)]
        self.entries = nn.ModuleList(entries)
        self.encoders = nn.ModuleList(_blocks(f, settings) for f in filters)
        self.centre = nn.Sequential(*(Residual(filters[-1], settings, one) for one in settings.dilations))
        pairs = list(itertools.pairwise(filters))
        self.rises = nn.ModuleList(nn.ConvTranspose3d(b, a, 2, stride=2) for a, b in pairs)
        self.merges = nn.ModuleList(nn.Conv3d(2 * a, a, 1) for a, _ in pairs)
        self.decoders = nn.ModuleList(_blocks(a, settings) for a, _ in pairs)
        self.heads = nn.ModuleList(_head(f, settings) for f in filters[: settings.deep + 1])
        self.register_buffer("voxel", torch.ones(()))
        self.register_buffer("usual", torch.zeros(BINS))
        self.slope = nn.Parameter(torch.full((settings.answers,), _SHARP))
        self.threshold = nn.Parameter(torch.full((settings.answers,), 0.5))
        self.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]  # several times faster on a CPU

    def learn_usual(self, voxel: float, spectra: Sequence[NDArray[np.float64]]) -> None:
        """Take in what scans are like: the edge of their voxels, mm, and their spectra."""
        self.voxel.fill_(voxel)
        # As logarithms, which half precision holds.
        self.usual.copy_(torch.from_numpy(np.log(np.maximum(spectra, 1e-12)).mean(0)))

    @property
    def usual_spectrum(self) -> NDArray[np.float64]:
        """The spectrum of scans that were learnt from, shape (BINS,)."""
        return np.asarray(self.usual.double().exp().cpu().numpy())

    def forward(self, images: torch.Tensor) -> list[torch.Tensor]:
        """Answers, fine to coarse: the first for each voxel, (B, answers, I, J, K), others at half and less.

        Parameters
        ----------
        images : Tensor, shape (B, 1, I, J, K)
            Air 0, bone about 1; each edge a multiple of ``settings.multiple``.

        Returns
        -------
        list of Tensor
            Logits of the mask, and signed distance before its hyperbolic tangent.
        """
        if any(edge % self.settings.multiple for edge in images.shape[2:]):
            edges = tuple(images.shape[2:])
            raise ValueError(f"images of {edges} voxels: give multiples of {self.settings.multiple}")
        x = folded(images, self.settings.stem).contiguous(memory_format=torch.channels_last_3d)
        kept = []
        for entry, encoder in zip(self.entries, self.encoders, strict=True):
            x = encoder(entry(x))
            kept.append(x)
        x = self.centre(x)
        told = [x] if len(self.heads) == len(kept) else []
        steps = list(zip(self.rises, self.merges, self.decoders, kept[:-1], strict=True))
        for level, (rise, merge, decoder, skip) in reversed(list(enumerate(steps))):
            x = decoder(merge(torch.cat([rise(x), skip], dim=1)))
            if level < len(self.heads):
                told.insert(0, x)
        return [self._answer(head(maps), images, level) for level, (head, maps) in
                enumerate(zip(self.heads, told, strict=True))]  # fmt: skip

    def _answer(self, folds: torch.Tensor, images: torch.Tensor, level: int) -> torch.Tensor:
        shown = nn.functional.avg_pool3d(images, 2**level) if level else images
        slope, threshold = (one.view(1, -1, 1, 1, 1) for one in (self.slope, self.threshold))
        gate, value = unfolded(folds.float(), self.settings.stem).chunk(2, dim=1)
        return torch.sigmoid(gate + _OPEN) * slope * (shown.float() - threshold) + value


class Residual(nn.Module):
    """Two normalised convolutions, weighed by squeeze and excitation, beside the identity."""

    def __init__(self, channels: int, settings: NetworkSettings, dilation: int = 1) -> None:
        super().__init__()
        body = []
        for _ in range(2):
            body += [
                _norm(channels, settings.norm),
                nn.ReLU(),
                nn.Conv3d(channels, channels, 3, padding=dilation, dilation=dilation),
            ]
        self.body = nn.Sequential(*body, *([SqueezeExcite(channels)] if settings.squeeze else []))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Features of the same shape."""
        out: torch.Tensor = x + self.body(x)
        return out


def synchronised(network: SegmentNetwork) -> SegmentNetwork:
    """The network with batch norms over all GPUs that share a step; group norms stay as they are."""
    made: SegmentNetwork = nn.SyncBatchNorm.convert_sync_batchnorm(network)
    return made


def unfolded(maps: torch.Tensor, edge: int) -> torch.Tensor:
    """Channels as blocks of ``edge**3`` voxels, the inverse of `folded`."""
    if edge == 1:
        return maps
    b, c, i, j, k = maps.shape
    blocks = maps.reshape(b, c // edge**3, edge, edge, edge, i, j, k).permute(0, 1, 5, 2, 6, 3, 7, 4)
    return blocks.reshape(b, c // edge**3, i * edge, j * edge, k * edge)


def _head(channels: int, settings: NetworkSettings) -> nn.Sequential:
    """Gates and values of an answer: open, and none, before training."""
    last = nn.Conv3d(channels, 2 * settings.answers * settings.stem**3, 1)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias if last.bias is not None else last.weight)
    return nn.Sequential(_norm(channels, settings.norm), nn.ReLU(), last)


def _blocks(channels: int, settings: NetworkSettings) -> nn.Sequential:
    return nn.Sequential(*(Residual(channels, settings) for _ in range(settings.blocks)))


def _norm(channels: int, kind: Norm) -> nn.Module:
    if kind == "group":
        return nn.GroupNorm(channels // _GROUP, channels)
    return nn.BatchNorm3d(channels)
