"""What a network is told beside the image: a group of the specimen, or which landmark is meant."""

import torch
from torch import nn

UNKNOWN = 0
"""Index of a group that is not known."""


class Modulation(nn.Module):
    """Features scaled and shifted, channel by channel, by a condition (FiLM: Perez et al. 2018).

    Nothing is changed before training.

    Parameters
    ----------
    condition, channels : int
        Number of values of the condition and of channels of the features.
    """

    def __init__(self, condition: int, channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(condition, 2 * channels)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, features: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Features, shape (B, C, ...), under a condition, shape (B, W)."""
        scale, shift = self.linear(condition).to(features.dtype).chunk(2, dim=1)
        each = (*scale.shape, *(1,) * (features.ndim - 2))
        return features * (1 + scale.view(each)) + shift.view(each)


class GroupPrior(nn.Module):
    """An embedding of the group that a specimen belongs to: its source, or its strain.

    Index 0 is "unknown", a group like the others; it is learnt because labels are dropped at random
    in training (`dropped`).

    Parameters
    ----------
    groups : int
        Number of known groups.
    width : int
        Number of values of the embedding.
    """

    def __init__(self, groups: int, width: int = 8) -> None:
        super().__init__()
        self.embedding = nn.Embedding(groups + 1, width)

    def forward(
        self, groups: torch.Tensor, noise: float = 0.0, generator: torch.Generator | None = None
    ) -> torch.Tensor:
        """Embeddings, shape (B, width), of group indices, shape (B,).

        Parameters
        ----------
        groups : Tensor of int
            0 where unknown.
        noise : float
            Standard deviation of the disturbance, in standard deviations of the embedding's values over
            the groups, with which members of an ensemble differ.
        generator : Generator
            Of the disturbance.
        """
        found: torch.Tensor = self.embedding(groups)
        if noise > 0:
            spread = self.embedding.weight.detach().std(0)
            drawn = torch.randn(found.shape, generator=generator, device="cpu").to(found)
            found = found + noise * spread * drawn
        return found


def dropped(groups: torch.Tensor, share: float, draws: torch.Tensor) -> torch.Tensor:
    """Group indices with a `share` of them unknown: those whose draw, even in [0, 1), is below it."""
    return torch.where(draws < share, torch.full_like(groups, UNKNOWN), groups)
