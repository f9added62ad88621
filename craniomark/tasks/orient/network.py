"""The orientation network: a small cube of the specimen to the template's pose in it."""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import torch
from torch import nn

from craniomark.parts.losses.rotation import rotation_from_six
from craniomark.parts.nets.residual_se import ResidualSENet

CentreBy = Literal["heads", "moments", "network"]
_DULL = 0.35
"""Brightness, relative to the brightest, below which voxels do not count for the moments."""


@dataclass(frozen=True)
class NetworkSettings:
    """What the network looks like and what it is shown.

    Attributes
    ----------
    size : int
        Edge of the cube, voxels.
    spacing : float
        Of the cube, mm.
    widths : tuple of int
        Channels of the stem and of each block.
    centre : {"heads", "moments", "network"}
        What tells centre and scale: more numbers of the same network, the moments of the image, or
        a smaller network beside it.
    bright : float
        Share of the cube's volume that is taken for its brightest part, which the cube is centred
        at and scaled to.
    """

    size: int = 24
    spacing: float = 1.25
    widths: tuple[int, ...] = (24, 48, 96)
    centre: CentreBy = "heads"
    bright: float = 0.005

    def __post_init__(self) -> None:
        if self.centre not in get_args(CentreBy):
            raise ValueError(f"centre is {self.centre!r}: choose one of {', '.join(get_args(CentreBy))}")
        if not 8 <= self.size <= 128:
            raise ValueError(f"size is {self.size}: give 8 to 128 voxels")
        if not 0 < self.spacing < 100:
            raise ValueError(f"spacing is {self.spacing}: give a positive number of mm")
        if not 0 < self.bright < 0.5:
            raise ValueError(f"bright is {self.bright}: give a share between 0 and 0.5")
        if not 0 < len(self.widths) <= 8 or any(not 4 <= w <= 1024 or w % 4 for w in self.widths):
            raise ValueError(f"widths is {self.widths}: give one to eight multiples of 4")
        if self.size % 2 ** len(self.widths):
            raise ValueError(f"size is {self.size}: give a multiple of {2 ** len(self.widths)}")

    @property
    def reach(self) -> float:
        """From the cube's centre to its sides, mm."""
        return self.size * self.spacing / 2


class Guess(NamedTuple):
    """Poses as the network tells them.

    Attributes
    ----------
    six : Tensor, shape (B, 6)
        First two columns of the rotation, template to specimen; not of unit length.
    centre : Tensor, shape (B, 3)
        Template's centre from the cube's, in units of `NetworkSettings.reach`.
    scale : Tensor, shape (B,)
        Natural logarithm of the size relative to the template.
    """

    six: torch.Tensor
    centre: torch.Tensor
    scale: torch.Tensor


class OrientNetwork(nn.Module):
    """Residual squeeze-and-excitation network for the pose.

    Parameters
    ----------
    settings : NetworkSettings
        What it looks like.
    """

    home: torch.Tensor
    spread: torch.Tensor

    def __init__(self, settings: NetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        outputs = 10 if settings.centre == "heads" else 6
        self.turn = ResidualSENet(settings.size, settings.widths, outputs)
        self.place: nn.Module | None = None
        if settings.centre == "network":
            half = tuple(max(w // 8 * 4, 4) for w in settings.widths)
            self.place = ResidualSENet(settings.size, half, 4)
        if settings.centre == "moments":
            self.register_buffer("home", torch.zeros(3))
            self.register_buffer("spread", torch.ones(1))

    def forward(self, cubes: torch.Tensor) -> Guess:
        """Cubes, shape (B, 1, size, size, size), from `craniomark.parts.nets.levels.normalised`, to poses."""
        numbers = self.turn(cubes).float()
        six = numbers[:, :6]
        if self.settings.centre == "moments":
            centre, scale = self._by_moments(cubes, six)
            return Guess(six, centre, scale)
        rest = numbers[:, 6:] if self.place is None else self.place(cubes).float()
        return Guess(six, rest[:, :3], rest[:, 3])

    def learn_moments(self, cubes: torch.Tensor, centres: torch.Tensor, scales: torch.Tensor) -> None:
        """Take the template's moments from specimens that are not turned.

        Parameters
        ----------
        cubes : Tensor, shape (B, 1, size, size, size)
            Normalised.
        centres : Tensor, shape (B, 3)
            Template's centre in each, as in `Guess`.
        scales : Tensor, shape (B,)
            Logarithm of the size of each.
        """
        if self.settings.centre == "moments":
            middle, spread = moments(cubes)
            self.home.copy_(((middle - centres) / scales.exp()[:, None]).mean(0))
            self.spread.copy_((spread / scales.exp()).mean(0, keepdim=True))

    def _by_moments(self, cubes: torch.Tensor, six: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        middle, spread = moments(cubes)
        scale = (spread / self.spread).clamp_min(1e-6).log()
        arm = (rotation_from_six(six) @ self.home) * scale.exp()[:, None]
        return middle - arm, scale


def moments(cubes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Centroid, shape (B, 3), and radius of gyration, shape (B,), of the bright, in units of the reach."""
    weights = (cubes[:, 0].float() - _DULL).clamp(0, 1)
    total = weights.sum((1, 2, 3)).clamp_min(1e-6)
    axes = [(torch.arange(n, device=cubes.device) - (n - 1) / 2) / (n / 2) for n in weights.shape[1:]]
    along = [weights.sum(tuple(d for d in (1, 2, 3) if d != axis)) for axis in (1, 2, 3)]
    middle = torch.stack([(a * x).sum(1) / total for a, x in zip(along, axes, strict=True)], 1)
    second = torch.stack([(a * x**2).sum(1) / total for a, x in zip(along, axes, strict=True)], 1)
    return middle, (second - middle**2).sum(1).clamp_min(1e-9).sqrt()
