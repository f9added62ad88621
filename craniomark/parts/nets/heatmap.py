"""Coordinates as the mean place of a map of weights, mm (Sun et al. 2018, Luvizon et al. 2019)."""

from typing import Literal, NamedTuple, get_args

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import nn

from craniomark.parts.nets.precision import full_precision

Activation = Literal["softmax", "sigmoid", "relu", "linear"]
ACTIVATIONS: tuple[str, ...] = get_args(Activation)
_LEAST = 1e-6


class Placed(NamedTuple):
    """Where maps lie.

    Attributes
    ----------
    points : Tensor, shape (B, L, 3)
        Mean place, mm.
    variance : Tensor, shape (B, L)
        About it, summed over the three axes, mm^2.
    """

    points: torch.Tensor
    variance: torch.Tensor


def map_weights(values: torch.Tensor, activation: Activation) -> torch.Tensor:
    """Weights that sum to one along the last axis.

    `linear` weights are even at value 0, have a slope everywhere and may be negative: values are
    taken relative to their mean, so that the sum is one whatever they are. Maps that `relu` puts out
    everywhere are even.

    Parameters
    ----------
    values : Tensor, shape (..., N)
        A network's output, float32.
    activation : {"softmax", "sigmoid", "relu", "linear"}
        How weights follow from them.

    Raises
    ------
    ValueError
        For any other activation.
    """
    if activation == "softmax":
        return values.softmax(-1)
    if activation == "linear":
        return (1 + values - values.mean(-1, keepdim=True)) / values.shape[-1]
    if activation == "sigmoid":
        weights = values.sigmoid()
    elif activation == "relu":
        weights = values.relu()
    else:
        raise ValueError(f"activation is {activation!r}: give one of {', '.join(ACTIVATIONS)}")
    weights = weights + _LEAST
    return weights / weights.sum(-1, keepdim=True)


class SpatialMean(nn.Module):
    """Mean place and variance of maps of weights on a grid.

    Parameters
    ----------
    shape : sequence of int
        Of the maps, (I, J, K).
    matrix : array_like, shape (4, 4)
        Map voxel to mm.
    """

    places: torch.Tensor
    centre: torch.Tensor

    def __init__(self, shape: tuple[int, int, int], matrix: ArrayLike) -> None:
        super().__init__()
        matrix = np.asarray(matrix, dtype=np.float64)
        index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).reshape(-1, 3)
        places = index @ matrix[:3, :3].T + matrix[:3, 3]
        centre = places.mean(0)
        relative = places - centre  # small numbers lose less
        table = np.column_stack([relative, (relative**2).sum(1)])
        self.register_buffer("places", torch.from_numpy(table).float(), persistent=False)
        self.register_buffer("centre", torch.from_numpy(centre).float(), persistent=False)

    def forward(
        self, values: torch.Tensor, activation: Activation = "softmax", start: Activation | None = None,
        blend: float = 1.0,
    ) -> Placed:  # fmt: skip
        """Places of maps.

        Parameters
        ----------
        values : Tensor, shape (B, L, N)
            A network's output at all N voxels of the grid, in C order.
        activation : {"softmax", "sigmoid", "relu", "linear"}
            How weights follow from it.
        start : {"softmax", "sigmoid", "relu", "linear"}, optional
            Activation at the beginning of a training.
        blend : float
            Share of `activation` against `start`, 0 to 1.
        """
        with full_precision(values):
            values = values.float()
            if start is None or blend >= 1:
                return self._placed(map_weights(values, activation))
            first = map_weights(values, start)
            if blend > 0:
                first = torch.lerp(first, map_weights(values, activation), blend)
            return self._placed(first)

    def _placed(self, weights: torch.Tensor) -> Placed:
        moments = weights @ self.places
        mean = moments[..., :3]
        if bool(weights.detach().amin() < 0):  # spread of weights of both signs: by their size
            size = weights.abs() / weights.abs().sum(-1, keepdim=True)
            moments = size @ self.places
        first, second = moments[..., :3], moments[..., 3]
        variance = second - 2 * (first * mean).sum(-1) + (mean**2).sum(-1)
        return Placed(mean + self.centre, variance.clamp_min(0))
