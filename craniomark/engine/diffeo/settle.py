"""Vectors known at some points of a lattice, spread smoothly over all of it."""

import torch

ITERATIONS = 60


def settled(
    values: torch.Tensor, weights: torch.Tensor, slope: float, bend: float, iterations: int = ITERATIONS
) -> torch.Tensor:
    """The field ``x`` of least ``sum w |x - values|^2 + slope |grad x|^2 + bend |laplace x|^2``.

    By conjugate gradients, for each field of the batch by itself.

    Parameters
    ----------
    values : Tensor, shape (B, D, *lattice)
        What is known; anything where the weight is 0.
    weights : Tensor, shape (B or 1, 1, *lattice)
        How well, not negative.
    slope, bend : float
        Weights of first and second differences between neighbours.
    iterations : int
        Of the solution.

    Returns
    -------
    Tensor, shape (B, D, *lattice)
        0 where nothing is known at all.
    """

    def pressed(x: torch.Tensor) -> torch.Tensor:
        rough = _laplacian(x)
        return weights * x + slope * rough + bend * _laplacian(rough)

    left = weights * values
    found = torch.zeros_like(left)
    direction, size = left.clone(), _dot(left, left)
    for _ in range(iterations):
        push = pressed(direction)
        step = size / _dot(direction, push).clamp_min(1e-20)
        found, left = found + step * direction, left - step * push
        smaller = _dot(left, left)
        direction, size = left + smaller / size.clamp_min(1e-20) * direction, smaller
    return found


def _dot(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (a * b).flatten(1).sum(1).view(-1, *[1] * (a.ndim - 1))


def _laplacian(x: torch.Tensor) -> torch.Tensor:
    """Sum of the differences to all neighbours; positive semidefinite."""
    total = torch.zeros_like(x)
    for axis in range(2, x.ndim):
        rise, edge = x.diff(dim=axis), torch.zeros_like(x.narrow(axis, 0, 1))
        total = total + torch.cat([edge, rise], axis) - torch.cat([rise, edge], axis)
    return total
