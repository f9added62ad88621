"""Direct regression of coordinates from the coarsest features of a network."""

import torch
import torch.nn.functional as F
from torch import nn

_GRID = 3


class CoordinateHead(nn.Module):
    """Offsets of all landmarks from their mean places, mm; zero before training.

    The features are averaged over 3^3 parts of the image first, since an average over all of it
    would not tell where things are.

    Parameters
    ----------
    channels : int
        Of the features.
    landmarks : int
        How many.
    hidden : int
        Width of the layer between.
    """

    def __init__(self, channels: int, landmarks: int, hidden: int = 128) -> None:
        super().__init__()
        self.landmarks = landmarks
        self.inner = nn.Linear(channels * _GRID**3, hidden)
        self.outer = nn.Linear(hidden, 3 * landmarks)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, bottleneck: torch.Tensor) -> torch.Tensor:
        """Offsets, shape (B, L, 3), from features, shape (B, C, i, j, k)."""
        parts = F.adaptive_avg_pool3d(bottleneck.float(), _GRID).flatten(1)
        offsets: torch.Tensor = self.outer(F.leaky_relu(self.inner(parts), 0.1))
        return offsets.float().unflatten(1, (self.landmarks, 3))


class Mixture(nn.Module):
    """Mean of two estimates of the same points, by a share that is fixed or learnt per landmark.

    Parameters
    ----------
    landmarks : int
        How many.
    share : float
        Of the first estimate, between 0 and 1; where it starts if it is learnt.
    learnt : bool
        Whether training changes it.
    """

    def __init__(self, landmarks: int, share: float = 0.5, learnt: bool = False) -> None:
        super().__init__()
        level = torch.full((landmarks, 1), share).logit(eps=1e-4)
        self.level = nn.Parameter(level, requires_grad=learnt)

    def forward(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Points, shape (B, L, 3)."""
        return torch.lerp(second, first, self.level.sigmoid())
