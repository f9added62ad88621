"""A network that places landmarks: heatmaps, direct coordinates, or both."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import nn

from craniomark.parts.nets.conditioning import GroupPrior
from craniomark.parts.nets.coordinates import CoordinateHead, Mixture
from craniomark.parts.nets.heatmap import ACTIVATIONS, Activation, SpatialMean
from craniomark.parts.nets.precision import full_precision
from craniomark.parts.nets.unet import UNet, UNetSettings
from craniomark.tasks.landmark.levels.grid import Grid

Heads = Literal["heatmap", "coordinates", "both"]


@dataclass(frozen=True)
class NetworkSettings:
    """How a landmark network is built.

    Attributes
    ----------
    spacing, margin : float
        Voxels of the grid, and how far it reaches beyond the mean landmarks, mm.
    unet : UNetSettings
        Its size.
    heads : {"heatmap", "coordinates", "both"}
        What tells the points.
    activation, start : {"softmax", "sigmoid", "relu", "linear"}
        Of the heatmaps; and at the start of the training, see `Objective`.
    prior : float
        Standard deviation, mm, of the Gaussian about the mean places to which heatmaps are drawn; 0 for
        none.
    sharpness : float
        Factor of the heatmaps' values; above 1 they learn faster.
    share : float
        Of the heatmaps in the points where both heads tell them.
    learnt_share : bool
        Whether training changes it, per landmark.
    hidden : int
        Width of the direct regression.
    groups : int
        Number of known groups of specimens; 0 leaves the group prior out.
    """

    spacing: float = 0.35
    margin: float = 2.5
    unet: UNetSettings = field(default_factory=UNetSettings)
    heads: Heads = "heatmap"
    activation: Activation = "softmax"
    start: Activation | None = None
    prior: float = 1.5
    sharpness: float = 4.0
    share: float = 0.9
    learnt_share: bool = False
    hidden: int = 128
    groups: int = 0

    def __post_init__(self) -> None:
        _one_of("heads", self.heads, get_args(Heads))
        _one_of("activation", self.activation, ACTIVATIONS)
        if self.start is not None:
            _one_of("start", self.start, ACTIVATIONS)
        if not 0 < self.spacing < float("inf"):
            raise ValueError(f"spacing is {self.spacing}: give mm above 0")
        for name in ("margin", "prior", "sharpness"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is {getattr(self, name)}: give a number that is not negative")
        if not 0 <= self.share <= 1:
            raise ValueError(f"share is {self.share}: give a number from 0 to 1")
        if self.hidden < 1:
            raise ValueError(f"hidden is {self.hidden}: give at least 1")
        if self.groups < 0:
            raise ValueError(f"groups is {self.groups}: give 0 or more")


class Located(NamedTuple):
    """What a network tells of landmarks, in mm of its frame.

    Attributes
    ----------
    points : Tensor, shape (B, L, 3)
        Where they are.
    variance : Tensor, shape (B, L), or None
        Of the heatmaps about their means, mm^2, summed over the axes.
    by_heatmap, by_coordinates : Tensor, shape (B, L, 3), or None
        What each head says.
    """

    points: torch.Tensor
    variance: torch.Tensor | None
    by_heatmap: torch.Tensor | None
    by_coordinates: torch.Tensor | None


class LandmarkNetwork(nn.Module):
    """U-Net with heatmaps, whose mean place is the coordinate, and a direct regression.

    Parameters
    ----------
    settings : NetworkSettings
        How it is built.
    grid : Grid
        What it sees.
    mean : array_like, shape (L, 3)
        Places from which direct regression starts, mm of the grid's frame.
    """

    mean: torch.Tensor

    def __init__(self, settings: NetworkSettings, grid: Grid, mean: ArrayLike) -> None:
        super().__init__()
        self.settings, self.grid = settings, grid
        mean = np.asarray(mean, dtype=np.float64)
        count = len(mean)
        self.register_buffer("mean", torch.from_numpy(mean).float(), persistent=False)
        self.prior = GroupPrior(settings.groups) if settings.groups else None
        width = self.prior.embedding.embedding_dim if self.prior else 0
        self.unet = UNet(settings.unet, condition=width)
        stride = settings.unet.stride
        i, j, k = (edge // stride for edge in grid.shape)
        self.spatial_mean = SpatialMean(
            (i, j, k), settings.unet.map_matrix(grid.matrix), mean, settings.prior
        )
        self.heatmaps = nn.Linear(self.unet.map_channels, count) if settings.heads != "coordinates" else None
        self.coordinates = (
            CoordinateHead(self.unet.bottleneck_channels, count, settings.hidden)
            if settings.heads != "heatmap"
            else None
        )
        both = settings.heads == "both"
        self.mixture = Mixture(count, settings.share, settings.learnt_share) if both else None

    def forward(
        self, images: torch.Tensor, groups: torch.Tensor | None = None, blend: float = 1.0,
        noise: float = 0.0, generator: torch.Generator | None = None,
    ) -> Located:  # fmt: skip
        """Landmarks of images.

        Parameters
        ----------
        images : Tensor, shape (B, 1, I, J, K)
            On the network's grid, bone brightness about 1.
        groups : Tensor of int, shape (B,), optional
            Indices of groups, 0 where unknown; all unknown by default.
        blend : float
            Share of the activation against the one that training starts with.
        noise : float
            Disturbance of the group's embedding, see `GroupPrior`.
        generator : Generator, optional
            Of the disturbance.
        """
        condition = None
        if self.prior is not None:
            known = groups if groups is not None else torch.zeros(len(images), dtype=torch.long)
            condition = self.prior(known.to(images.device), noise, generator)
        features = self.unet(images, condition)
        variance = by_heatmap = by_coordinates = None
        with full_precision(images):
            if self.heatmaps is not None:
                maps = features.maps.float().flatten(2)
                values = torch.baddbmm(
                    self.heatmaps.bias[:, None], self.heatmaps.weight.expand(len(maps), -1, -1), maps
                )
                chosen = self.settings.activation, self.settings.start, blend
                by_heatmap, variance = self.spatial_mean(self.settings.sharpness * values, *chosen)
            if self.coordinates is not None:
                by_coordinates = self.mean + self.coordinates(features.bottleneck)
            if self.mixture is not None:
                points = self.mixture(by_heatmap, by_coordinates)
            else:
                points = by_heatmap if by_heatmap is not None else by_coordinates
        return Located(points, variance, by_heatmap, by_coordinates)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}: give one of {', '.join(allowed)}")
