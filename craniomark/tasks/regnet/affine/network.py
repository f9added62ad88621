"""Networks from two cubes to the linear map between them, in stages that each see what the last one left."""

from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import torch
import torch.nn.functional as F
from torch import nn

from craniomark.engine.families import FAMILY_NAMES, FamilyName
from craniomark.parts.nets.precision import full_precision
from craniomark.parts.nets.residual_se import CONVOLUTIONS, ResidualSE, ResidualSENet
from craniomark.parts.nets.unet import UNet, UNetSettings
from craniomark.tasks.regnet.affine.numbers import matrices_of, number_count, within_family
from craniomark.tasks.regnet.affine.squares import fitted

Kind = Literal["params", "matrix"]
Encoding = Literal["concatenated", "separate"]
Backbone = Literal["residual", "unet"]
MOST_WEIGHTS = 3_000_000
_HIDDEN = 128
_SHARP = 8.0
"""Factor of the heat before its softmax: points lie apart from the first step on."""


@dataclass(frozen=True)
class AffineSettings:
    """What the network looks like and what it is shown.

    Attributes
    ----------
    kind : {"params", "matrix"}
        Tells the numbers of the map; or weighted points in both images, whose least-squares map it is.
    family : {"rigid", "similarity", "scales", "affine"}
        Turn and shift; one scale as well; a scale along each axis; any linear map.
    axes : {3, 2}
        Of the images; 2 learns from projections of the specimens.
    size : int
        Edge of the cubes, voxels.
    spacing : float
        Of the cubes, mm.
    encoding : {"concatenated", "separate"}
        Of "params": both images as channels of one, or each by itself through the same encoder.
    backbone : {"residual", "unet"}
        Of "matrix": what makes the maps that points are read from.
    widths : tuple of int
        Channels of residual encoders; multiples of 4.
    filters : tuple of int
        Channels of the U-Net's levels; multiples of 8.
    points : int
        Of "matrix": how many are found in each image.
    cascades : int
        Stages, each with its own weights; each but the first sees the moving image as the last left it.
    bright : float
        Share of the cube's volume that is taken for its brightest part, which it is scaled to.
    """

    kind: Kind = "params"
    family: FamilyName = "affine"
    axes: int = 3
    size: int = 24
    spacing: float = 1.2
    encoding: Encoding = "concatenated"
    backbone: Backbone = "unet"
    widths: tuple[int, ...] = (24, 48, 96)
    filters: tuple[int, ...] = (16, 32, 64)
    points: int = 48
    cascades: int = 2
    bright: float = 0.005

    def __post_init__(self) -> None:
        for name, allowed in (
            ("kind", get_args(Kind)), ("family", FAMILY_NAMES), ("axes", (2, 3)),
            ("encoding", get_args(Encoding)), ("backbone", get_args(Backbone)),
        ):  # fmt: skip
            if getattr(self, name) not in allowed:
                told = ", ".join(map(str, allowed))
                raise ValueError(f"{name} is {getattr(self, name)!r}: choose one of {told}")
        for name, low, high in (("size", 8, 128), ("points", 6, 512), ("cascades", 1, 4)):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} is {getattr(self, name)}: give {low} to {high}")
        if not 0 < self.spacing < 100:
            raise ValueError(f"spacing is {self.spacing}: give a positive number of mm")
        if not 0 < self.bright < 0.5:
            raise ValueError(f"bright is {self.bright}: give a share between 0 and 0.5")
        if not self.widths or any(w < 4 or w % 4 for w in self.widths):
            raise ValueError(f"widths is {self.widths}: give multiples of 4")
        if not self.filters or any(f < 8 or f % 8 for f in self.filters):
            raise ValueError(f"filters is {self.filters}: give multiples of 8")
        if self.size % self.multiple:
            raise ValueError(f"size is {self.size}: give a multiple of {self.multiple}")

    @property
    def multiple(self) -> int:
        """What the edge of the cubes must be a multiple of."""
        by_unet = self.kind == "matrix" and self.backbone == "unet"
        return int(2 ** len(self.filters if by_unet else self.widths))

    @property
    def reach(self) -> float:
        """From the cubes' centres to their sides, mm: the unit of the network's coordinates."""
        return self.size * self.spacing / 2


class Told(NamedTuple):
    """What a stage tells.

    Attributes
    ----------
    maps : Tensor, shape (B, D + 1, D + 1)
        Of all stages up to this one.
    before : Tensor, shape (B, D + 1, D + 1)
        Of those before it: the moving image was seen through them.
    fixed, moving : Tensor, shape (B, K, D), or None
        Points in both images as the stage saw them, where it finds any.
    """

    maps: torch.Tensor
    before: torch.Tensor
    fixed: torch.Tensor | None = None
    moving: torch.Tensor | None = None


class AffineNetwork(nn.Module):
    """Stages from fixed and moving cubes to the map from fixed to moving points.

    Parameters
    ----------
    settings : AffineSettings
        What it looks like.

    Raises
    ------
    ValueError
        If its encoders have more weights than `MOST_WEIGHTS`.
    """

    def __init__(self, settings: AffineSettings) -> None:
        super().__init__()
        self.settings = settings
        stage = NumberStage if settings.kind == "params" else PointStage
        self.stages = nn.ModuleList(stage(settings) for _ in range(settings.cascades))
        count = sum(weights.numel() for weights in self.parameters())
        if count > MOST_WEIGHTS:
            told = f"give fewer than {MOST_WEIGHTS:,} weights"
            raise ValueError(f"cascades is {settings.cascades}, with {count:,} weights in all: {told}")

    def forward(self, fixed: torch.Tensor, moving: torch.Tensor) -> list[torch.Tensor]:
        """Maps after each stage, shape (B, D + 1, D + 1), in units of the reach.

        Parameters
        ----------
        fixed, moving : Tensor, shape (B, 1, size, size[, size])
            From `craniomark.parts.nets.levels.normalised`.
        """
        return [told.maps for told in self.told(fixed, moving)]

    def told(self, fixed: torch.Tensor, moving: torch.Tensor) -> list[Told]:
        """What each stage tells; as `forward`."""
        still = torch.eye(self.settings.axes + 1, device=fixed.device).repeat(len(fixed), 1, 1)
        found: list[Told] = []
        for stage in self.stages:
            # What a stage learns is what is left, not how to make the others leave less.
            before = found[-1].maps.detach() if found else still
            maps, *points = stage(fixed, warped(moving, before) if found else moving)
            if found:
                with full_precision(fixed):
                    maps = within_family(before @ maps.float(), self.settings.family)
            found.append(Told(maps, before, *points))
        return found

    def again(self, fixed: torch.Tensor, moving: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        """Maps after another round of the last stage; `moving` is seen through the maps `before`."""
        left = self.stages[-1](fixed, moving)[0]
        with full_precision(fixed):
            return within_family(before @ left.float(), self.settings.family)


class NumberStage(nn.Module):
    """A residual encoder and the numbers of a map.

    Parameters
    ----------
    settings : AffineSettings
        What it looks like.
    """

    def __init__(self, settings: AffineSettings) -> None:
        super().__init__()
        self.family, self.axes = settings.family, settings.axes
        self.separate = settings.encoding == "separate"
        numbers = number_count(settings.family, settings.axes)
        self.encoder = ResidualSENet(
            settings.size, settings.widths, _HIDDEN, axes=settings.axes, channels=1 if self.separate else 2
        )
        self.read_out = nn.Sequential(
            nn.ReLU(), nn.Linear(_HIDDEN * (2 if self.separate else 1), _HIDDEN), nn.ReLU(),
            nn.Linear(_HIDDEN, numbers),
        )  # fmt: skip
        with torch.no_grad():  # nothing is moved at first
            self.read_out[-1].weight.mul_(0.1)  # type: ignore[operator]
            self.read_out[-1].bias.zero_()  # type: ignore[operator]

    def forward(self, fixed: torch.Tensor, moving: torch.Tensor) -> tuple[torch.Tensor]:
        """Maps of pairs."""
        if self.separate:
            both = self.encoder(torch.cat([fixed, moving]))
            told = self.read_out(torch.cat(both.chunk(2), 1))
        else:
            told = self.read_out(self.encoder(torch.cat([fixed, moving], 1)))
        with full_precision(fixed):
            return (matrices_of(told.float(), self.family, self.axes),)


class PointStage(nn.Module):
    """Points that mean the same in both images, and the map between them by weighted least squares.

    Points are the centres of mass of the softmax of maps (Wang et al. 2023, doi 10.1016/j.media.2023.102962);
    the weight of a pair is the product of what each image says of it.

    Parameters
    ----------
    settings : AffineSettings
        What it looks like.
    """

    def __init__(self, settings: AffineSettings) -> None:
        super().__init__()
        self.family = settings.family
        self.backbone, channels = _backbone(settings)
        self.heat = CONVOLUTIONS[settings.axes](channels, settings.points, 1)
        self.trust = nn.Linear(channels, settings.points)

    def forward(
        self, fixed: torch.Tensor, moving: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Maps of pairs, and the points in both images."""
        points, trusts = self.points(torch.cat([fixed, moving]))
        (one, two), (trust, also) = points.chunk(2), trusts.chunk(2)
        return fitted(one, two, (trust + also).softmax(1), self.family), one, two

    def points(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Points, shape (B, K, D), in units of the reach, and logarithms of their weights, shape (B, K)."""
        maps = self.backbone(images)
        heat = self.heat(maps)
        axes = [(torch.arange(n, device=maps.device) + 0.5) * 2 / n - 1 for n in maps.shape[2:]]
        places = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).flatten(0, -2)
        with full_precision(images):
            shares = (_SHARP * heat.float()).flatten(2).softmax(-1)
            return shares @ places, self.trust(maps.float().flatten(2).mean(-1))


def _backbone(settings: AffineSettings) -> tuple[nn.Module, int]:
    """What makes maps of images, and how many channels they have."""
    if settings.backbone == "unet":
        unet = UNet(UNetSettings(settings.filters, stem=2), axes=settings.axes)
        return _Maps(unet), unet.map_channels
    first, *others = settings.widths
    stem = CONVOLUTIONS[settings.axes](1, first, 5, 2, 2)
    blocks, channels = [], first
    for number, width in enumerate(others):
        blocks.append(ResidualSE(channels, width, 2 if number == 0 else 1, settings.axes))
        channels = width
    return nn.Sequential(stem, nn.ReLU(), *blocks), channels


class _Maps(nn.Module):
    """The maps of a U-Net alone."""

    def __init__(self, unet: UNet) -> None:
        super().__init__()
        self.unet = unet

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        maps: torch.Tensor = self.unet(images).maps
        return maps


def warped(images: torch.Tensor, maps: torch.Tensor) -> torch.Tensor:
    """Images, shape (B, C, size, size[, size]), as seen through maps in units of the reach."""
    linear, shift = maps[:, :-1, :-1].flip(1, 2), maps[:, :-1, -1:].flip(1)
    with full_precision(images):
        theta = torch.cat([linear, shift], -1).to(images.dtype)
        grid = F.affine_grid(theta, list(images.shape), align_corners=False)
        return F.grid_sample(images, grid, align_corners=False)
