"""Linear maps between weighted pairs of points by least squares, family by family, with gradients."""

import torch

from craniomark.engine.families import FamilyName
from craniomark.parts.nets.precision import full_precision
from craniomark.tasks.regnet.affine.numbers import assembled

_ROUNDS = 6
_RIDGE = 1e-4


def fitted(
    fixed: torch.Tensor, moving: torch.Tensor, weights: torch.Tensor, family: FamilyName
) -> torch.Tensor:
    """Maps that bring `fixed` closest to `moving`, shape (B, D + 1, D + 1).

    Rotation and one scale in closed form (Kabsch 1976, Umeyama 1991); scales along the axes by turns with the
    rotation; any linear map by the normal equations.

    Parameters
    ----------
    fixed, moving : Tensor, shape (B, K, D)
        Pairs.
    weights : Tensor, shape (B, K)
        Not negative.
    family : {"rigid", "similarity", "scales", "affine"}
        What the maps may be.
    """
    with full_precision(fixed):
        return _fitted(fixed.float(), moving.float(), weights.float(), family)


def _fitted(
    fixed: torch.Tensor, moving: torch.Tensor, weights: torch.Tensor, family: FamilyName
) -> torch.Tensor:
    share = (weights / weights.sum(1, keepdim=True).clamp_min(1e-9))[..., None]
    centre, place = (share * fixed).sum(1), (share * moving).sum(1)
    x, y = fixed - centre[:, None], moving - place[:, None]
    if family == "affine":
        linear = _any(x, y, share)
    elif family == "scales":
        linear = _scaled(x, y, share)
    else:
        turn = _turn(x, y, share)
        linear = turn if family == "rigid" else turn * _size(x @ turn.transpose(1, 2), y, share)
    return assembled(linear, place - (linear @ centre[..., None])[..., 0])


def _turn(x: torch.Tensor, y: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    cross = (share * y).transpose(1, 2) @ x
    # A little of the identity keeps singular values apart, where their gradients would not be finite.
    steady = torch.diag(torch.linspace(1.0, 1.2, x.shape[-1], device=x.device)) * 1e-5
    u, _, vt = torch.linalg.svd(cross + steady)
    sign = torch.linalg.det(u @ vt).sign().detach()
    flip = torch.ones_like(u[:, 0])
    flip = torch.cat([flip[:, :-1], sign[:, None]], 1)
    return (u * flip[:, None]) @ vt


def _size(turned: torch.Tensor, y: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    spread = (share * turned.square()).sum((1, 2)).clamp_min(1e-9)
    return ((share * turned * y).sum((1, 2)) / spread).clamp_min(1e-3)[:, None, None]


def _scaled(x: torch.Tensor, y: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    sizes = torch.ones_like(x[:, 0])
    spread = (share * x.square()).sum(1).clamp_min(1e-9)
    for _ in range(_ROUNDS):
        turn = _turn(x * sizes[:, None], y, share)
        sizes = ((share * x * (y @ turn)).sum(1) / spread).clamp(0.3, 3.0)
    return turn * sizes[:, None]


def _any(x: torch.Tensor, y: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    square = (share * x).transpose(1, 2) @ x
    ridge = _RIDGE * torch.eye(x.shape[-1], device=x.device)
    cross = (share * y).transpose(1, 2) @ x
    return torch.linalg.solve(square + ridge, (cross + ridge).transpose(1, 2)).transpose(1, 2)
