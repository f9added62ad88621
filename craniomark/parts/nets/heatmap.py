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


def map_weights(
    values: torch.Tensor, activation: Activation, prior: torch.Tensor | None = None
) -> torch.Tensor:
    """Weights that sum to one along the last axis.

    `linear` weights have the same slope everywhere and may be negative: values are taken relative to
    their mean, so that the sum is one whatever they are. Where `relu` puts out a whole map, the prior
    is left.

    Parameters
    ----------
    values : Tensor, shape (..., N)
        A network's output, float32.
    activation : {"softmax", "sigmoid", "relu", "linear"}
        How weights follow from them.
    prior : Tensor, shape (..., N), optional
        Logarithm of weights that are expected, summing to one: those at value 0. Even by default.

    Raises
    ------
    ValueError
        For any other activation.
    """
    if activation == "softmax":
        return (values if prior is None else values + prior).softmax(-1)
    if activation == "linear":
        even = 1 / values.shape[-1]
        return (even if prior is None else prior.exp()) + even * (values - values.mean(-1, keepdim=True))
    if activation == "sigmoid":
        weights = values.sigmoid()
    elif activation == "relu":
        weights = values.relu()
    else:
        raise ValueError(f"activation is {activation!r}: give one of {', '.join(ACTIVATIONS)}")
    weights = weights + _LEAST
    if prior is not None:
        weights = weights * prior.exp()
    return weights / weights.sum(-1, keepdim=True)


class SpatialMean(nn.Module):
    """Mean place and variance of maps of weights on a grid.

    Parameters
    ----------
    shape : sequence of int
        Of the maps, (I, J, K).
    matrix : array_like, shape (4, 4)
        Map voxel to mm.
    expected : array_like, shape (L, 3), optional
        Where landmarks are expected, mm.
    prior_mm : float
        Standard deviation of a Gaussian about these places that the weights are drawn to: training
        starts near them, and far-off likenesses are kept out. 0 for none.
    """

    places: torch.Tensor
    centre: torch.Tensor
    prior: torch.Tensor | None

    def __init__(
        self, shape: tuple[int, int, int], matrix: ArrayLike, expected: ArrayLike | None = None,
        prior_mm: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__()
        matrix = np.asarray(matrix, dtype=np.float64)
        index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).reshape(-1, 3)
        places = index @ matrix[:3, :3].T + matrix[:3, 3]
        centre = places.mean(0)
        relative = places - centre  # small numbers lose less
        table = np.column_stack([relative, (relative**2).sum(1)])
        self.register_buffer("places", torch.from_numpy(table).float(), persistent=False)
        self.register_buffer("centre", torch.from_numpy(centre).float(), persistent=False)
        prior = None
        if expected is not None and prior_mm > 0:
            apart = ((places - np.asarray(expected, dtype=np.float64)[:, None]) ** 2).sum(-1)
            prior = torch.from_numpy(-apart / (2 * prior_mm**2)).log_softmax(-1).float()
        self.register_buffer("prior", prior, persistent=False)

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
                return self._placed(map_weights(values, activation, self.prior))
            first = map_weights(values, start, self.prior)
            if blend > 0:
                first = torch.lerp(first, map_weights(values, activation, self.prior), blend)
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
