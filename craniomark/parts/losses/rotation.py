"""Rotations as networks tell them, and how far they are from the truth."""

import torch
import torch.nn.functional as F


def rotation_from_six(six: torch.Tensor) -> torch.Tensor:
    """Rotation matrices, shape (..., 3, 3), of six numbers, shape (..., 6).

    Gram-Schmidt on two columns (Zhou et al. 2019, doi 10.1109/CVPR.2019.00589), as
    `craniomark.ground.geometry.matrix_from_six`, but with a gradient. Parallel or zero columns,
    which training can pass through, give finite numbers.
    """
    first = F.normalize(six[..., :3], dim=-1)
    second = six[..., 3:]
    second = F.normalize(second - (first * second).sum(-1, keepdim=True) * first, dim=-1)
    return torch.stack([first, second, torch.linalg.cross(first, second)], dim=-1)


def six_from_rotation(matrices: torch.Tensor) -> torch.Tensor:
    """First two columns of matrices, shape (..., 3, 3), as six numbers, shape (..., 6)."""
    return torch.cat([matrices[..., 0], matrices[..., 1]], dim=-1)


def squared_frobenius(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Squared Frobenius distance of rotation matrices, shape (...), from 0 to 8."""
    return (a - b).square().sum((-2, -1))


def geodesic(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Angle between rotation matrices, radians, shape (...), from 0 to pi.

    From the Frobenius distance, whose square is 8 times the squared sine of half the angle; the
    gradient stays finite at both ends, where that of the arc cosine of the trace does not.
    """
    half_sine = (squared_frobenius(a, b) / 8).clamp(1e-12, 1 - 1e-6).sqrt()
    return 2 * torch.asin(half_sine)
