"""One network for all landmarks: it sees a patch, is told which landmark is meant, and tells where it is."""

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import nn

from craniomark.parts.nets.heatmap import ACTIVATIONS, Activation, SpatialMean
from craniomark.parts.nets.precision import full_precision
from craniomark.parts.nets.unet import UNet, UNetSettings
from craniomark.tasks.landmark.focus.patches import patch_matrix

_DOUBT_MM = 0.05
"""Spread that is told before training."""


@dataclass(frozen=True)
class FocusSettings:
    """How the focus network is built.

    Attributes
    ----------
    size : int
        Voxels along the edge of a patch.
    spacing : float
        Their edge, mm.
    unet : UNetSettings
        Size of the trunk that all landmarks share.
    embedding : int
        Values by which the trunk is told the landmark.
    activation : {"softmax", "sigmoid", "relu", "linear"}
        Of the heatmaps.
    prior : float
        Standard deviation, mm, of the Gaussian about the patch's middle to which heatmaps are drawn; 0
        for none.
    sharpness : float
        Factor of the heatmaps' values.
    """

    size: int = 24
    spacing: float = 0.125
    unet: UNetSettings = field(default_factory=lambda: UNetSettings((16, 32, 64), everywhere=True))
    embedding: int = 32
    activation: Activation = "softmax"
    prior: float = 0.5
    sharpness: float = 1.0

    def __post_init__(self) -> None:
        if self.size < 1 or self.size % self.unet.multiple:
            raise ValueError(f"size is {self.size}: give a multiple of {self.unet.multiple}")
        if not 0 < self.spacing < float("inf"):
            raise ValueError(f"spacing is {self.spacing}: give mm above 0")
        if self.embedding < 1:
            raise ValueError(f"embedding is {self.embedding}: give at least 1")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation is {self.activation!r}: give one of {', '.join(ACTIVATIONS)}")
        for name in ("prior", "sharpness"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is {getattr(self, name)}: give a number that is not negative")


class Focused(NamedTuple):
    """What the focus network tells of patches.

    Attributes
    ----------
    offsets : Tensor, shape (N, 3)
        From the middle of the patch to the landmark, mm in the patch's axes.
    variance : Tensor, shape (N,)
        Of the heatmap, mm^2, summed over the axes.
    log_spread : Tensor, shape (N,)
        Natural logarithm of the spread of errors, mm, see `spread_loss`.
    """

    offsets: torch.Tensor
    variance: torch.Tensor
    log_spread: torch.Tensor


class FocusNetwork(nn.Module):
    """A U-Net on patches that all landmarks share.

    The landmark acts by an embedding that scales and shifts features, and by weights of its own in the
    last layer.

    Parameters
    ----------
    settings : FocusSettings
        How it is built.
    landmarks : int
        How many there are.
    """

    def __init__(self, settings: FocusSettings, landmarks: int) -> None:
        super().__init__()
        self.settings, self.landmarks = settings, landmarks
        self.embedding = nn.Embedding(landmarks, settings.embedding)
        self.unet = UNet(settings.unet, condition=settings.embedding)
        channels = self.unet.map_channels
        self.weights = nn.Embedding(landmarks, channels)
        nn.init.normal_(self.weights.weight, std=channels**-0.5)
        self.levels = nn.Embedding(landmarks, 1)
        nn.init.zeros_(self.levels.weight)
        edge = settings.size // settings.unet.stride
        matrix = settings.unet.map_matrix(patch_matrix(settings.size, settings.spacing))
        self.spatial_mean = SpatialMean((edge, edge, edge), matrix, [[0.0, 0.0, 0.0]], settings.prior)
        self.doubt = nn.Linear(self.unet.bottleneck_channels + settings.embedding + 1, 1)
        nn.init.zeros_(self.doubt.weight)
        nn.init.constant_(self.doubt.bias, torch.tensor(_DOUBT_MM).log().item())

    def forward(self, patches: torch.Tensor, landmarks: torch.Tensor) -> Focused:
        """Where landmarks are in patches.

        Parameters
        ----------
        patches : Tensor, shape (N, 1, size, size, size)
            Bone brightness about 1.
        landmarks : Tensor of int, shape (N,)
            Which landmark each patch is about.
        """
        condition = self.embedding(landmarks)
        features = self.unet(patches, condition)
        with full_precision(patches):
            maps = features.maps.float().flatten(2)
            values = self.weights(landmarks).unsqueeze(1) @ maps + self.levels(landmarks).unsqueeze(1)
            placed = self.spatial_mean(self.settings.sharpness * values, self.settings.activation)
            variance = placed.variance[:, 0]
            # The doubt looks on: it does not change what the trunk learns.
            seen = [features.bottleneck.float().mean((2, 3, 4)), condition.float(), variance.log1p()[:, None]]
            doubt = self.doubt(torch.cat(seen, dim=1).detach())[:, 0]
        return Focused(placed.points[:, 0], variance, doubt)
