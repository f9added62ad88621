"""Residual blocks with squeeze and excitation, in 3-D or 2-D, and an encoder that ends in numbers."""

import itertools
from collections.abc import Sequence

import torch
from torch import nn

CONVOLUTIONS: dict[int, type[nn.Conv3d] | type[nn.Conv2d]] = {3: nn.Conv3d, 2: nn.Conv2d}
"""By the number of axes."""


class SqueezeExcite(nn.Module):
    """Channels weighed by what the whole image shows (Hu et al. 2018, doi 10.1109/CVPR.2018.00745).

    Parameters
    ----------
    channels : int
        Of the input.
    reduction : int
        By how much the layer in between is narrower.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        narrow = max(channels // reduction, 4)
        self.weigh = nn.Sequential(
            nn.Linear(channels, narrow), nn.ReLU(), nn.Linear(narrow, channels), nn.Sigmoid()
        )

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Maps, shape (B, C, I, J[, K]), each channel times its weight."""
        weights: torch.Tensor = self.weigh(maps.mean(tuple(range(2, maps.ndim))))
        return maps * weights[(..., *(None,) * (maps.ndim - 2))]


class ResidualSE(nn.Module):
    """Two convolutions, squeeze and excitation, and a way around them (He et al. 2016).

    Parameters
    ----------
    channels_in, channels_out : int
        Of input and output.
    stride : int
        1, or 2 to halve each axis, which must be even.
    axes : {3, 2}
        Of the maps.
    """

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1, axes: int = 3) -> None:
        super().__init__()
        conv = CONVOLUTIONS[axes]
        self.body = nn.Sequential(
            conv(channels_in, channels_out, 3, stride, 1, bias=False),
            _norm(channels_out),
            nn.ReLU(),
            conv(channels_out, channels_out, 3, 1, 1, bias=False),
            _norm(channels_out),
            SqueezeExcite(channels_out),
        )
        self.around: nn.Module = nn.Identity()
        if stride > 1 or channels_in != channels_out:
            # Voxels of one block mixed: a pooling would cost a fifth of a training step on a CPU.
            self.around = conv(channels_in, channels_out, stride, stride, bias=False)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """Maps, shape (B, channels_in, I, J[, K]), to (B, channels_out, ...)."""
        return torch.relu(self.body(maps) + self.around(maps))


class ResidualSENet(nn.Module):
    """Cubes to numbers: a stem, one block per width, each half as large as the one before, two dense layers.

    The last maps are not averaged over space but narrowed and read out voxel by voxel, since
    where things are is what poses are told by.

    Parameters
    ----------
    size : int
        Edge of the input, voxels; a multiple of 2 to the number of widths.
    widths : sequence of int
        Channels of the stem and of each block; multiples of 4.
    outputs : int
        How many numbers.
    narrow, hidden : int
        Channels that are read out, and width of the layer between.
    axes : {3, 2}
        Of the input.
    channels : int
        Of the input.
    """

    def __init__(
        self, size: int, widths: Sequence[int], outputs: int, narrow: int = 24, hidden: int = 128,
        axes: int = 3, channels: int = 1,
    ) -> None:  # fmt: skip
        super().__init__()
        if not widths or any(w < 4 or w % 4 for w in widths):
            raise ValueError(f"widths are {tuple(widths)}: give multiples of 4")
        if size < 2 ** len(widths) or size % 2 ** len(widths):
            raise ValueError(
                f"size is {size}: give a multiple of {2 ** len(widths)} for {len(widths)} widths"
            )
        conv = CONVOLUTIONS[axes]
        stem = conv(channels, widths[0], 5, 2, 2, bias=False)
        self.stem = nn.Sequential(stem, _norm(widths[0]), nn.ReLU())
        pairs = itertools.pairwise(widths)
        self.blocks = nn.Sequential(*(ResidualSE(a, b, 2, axes) for a, b in pairs))
        edge = size // 2 ** len(widths)
        self.read_out = nn.Sequential(
            conv(widths[-1], narrow, 1),
            nn.Flatten(),
            nn.ReLU(),
            nn.Linear(narrow * edge**axes, hidden),
            nn.ReLU(),
            nn.Linear(hidden, outputs),
        )

    def forward(self, cubes: torch.Tensor) -> torch.Tensor:
        """Cubes, shape (B, channels, size, size[, size]), to numbers, shape (B, outputs)."""
        # Channels last: a tenth to a quarter faster on CPUs, most of all in bfloat16.
        maps = self.stem(cubes.contiguous(memory_format=layout_of(cubes.ndim - 2)))
        numbers: torch.Tensor = self.read_out(self.blocks(maps).contiguous())
        return numbers


def layout_of(axes: int) -> torch.memory_format:
    """Channels last, for maps of so many axes."""
    return torch.channels_last_3d if axes == 3 else torch.channels_last


def _norm(channels: int) -> nn.Module:
    return nn.GroupNorm(channels // 4, channels)
