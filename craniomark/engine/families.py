"""Families of linear maps: what each may change, as steps from where it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import torch

from craniomark.engine.poses import skew

FamilyName = Literal["rigid", "similarity", "scales", "affine"]
"""Turn and shift; one scale as well; a scale along each of the fixed image's axes; any linear map."""
FAMILY_NAMES: tuple[FamilyName, ...] = get_args(FamilyName)
Pair = tuple[torch.Tensor, torch.Tensor]
_TURN, _SHIFT, _SIZE = 0.15, 1.0, 0.05


@dataclass(frozen=True)
class Family:
    """How maps of a family are changed by small steps.

    A step is the shift, mm, followed by the numbers of the linear part.

    Attributes
    ----------
    slopes : callable
        From the template's points ``x`` (P, 3) mm from its centre, where they lie (K, P, 3) from the centre's
        place, the image's gradients there (K, P, 3), and the linear parts (K, 3, 3), to the brightness that
        each number of the linear part adds, (K, P, N).
    stepped : callable
        Linear parts, shape (K, 3, 3), after such numbers, shape (K, N).
    limits : tuple of float
        Largest step of each of these numbers.
    """

    slopes: Callable[[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
    stepped: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    limits: tuple[float, ...]

    @property
    def all_limits(self) -> tuple[float, ...]:
        """Those of the shift, mm, first."""
        return (_SHIFT, _SHIFT, _SHIFT, *self.limits)


def _turned(linear: torch.Tensor, turn: torch.Tensor) -> torch.Tensor:
    return torch.linalg.matrix_exp(skew(turn)) @ linear


def _turns(_: torch.Tensor, arms: torch.Tensor, gradients: torch.Tensor, __: torch.Tensor) -> torch.Tensor:
    return torch.linalg.cross(arms, gradients)


def _sized(
    x: torch.Tensor, arms: torch.Tensor, gradients: torch.Tensor, linear: torch.Tensor
) -> torch.Tensor:
    size = (gradients * arms).sum(-1, keepdim=True)
    return torch.cat([_turns(x, arms, gradients, linear), size], -1)


def _scaled(
    x: torch.Tensor, arms: torch.Tensor, gradients: torch.Tensor, linear: torch.Tensor
) -> torch.Tensor:
    return torch.cat([_turns(x, arms, gradients, linear), (gradients @ linear) * x], -1)


def _any(_: torch.Tensor, arms: torch.Tensor, gradients: torch.Tensor, __: torch.Tensor) -> torch.Tensor:
    return (gradients[..., :, None] * arms[..., None, :]).flatten(-2)


FAMILIES: dict[FamilyName, Family] = {
    "rigid": Family(_turns, _turned, (_TURN,) * 3),
    "similarity": Family(
        _sized, lambda linear, step: step[:, 3].exp()[:, None, None] * _turned(linear, step[:, :3]),
        (_TURN,) * 3 + (_SIZE,),
    ),
    "scales": Family(
        _scaled, lambda linear, step: _turned(linear, step[:, :3]) * step[:, None, 3:].exp(),
        (_TURN,) * 3 + (_SIZE,) * 3,
    ),
    "affine": Family(
        _any, lambda linear, step: torch.linalg.matrix_exp(step.view(-1, 3, 3)) @ linear, (_TURN,) * 9
    ),
}  # fmt: skip
"""By name."""


def stepped(family: Family, linear: torch.Tensor, offset: torch.Tensor, step: torch.Tensor) -> Pair:
    """Linear parts and places of the centre after a step, shape (K, 3 + N)."""
    return family.stepped(linear, step[:, 3:]), offset + step[:, :3]
