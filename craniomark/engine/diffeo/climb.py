"""Stationary velocities climbed to where images look alike, from coarse to fine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
import torch.nn.functional as F

from craniomark.engine.diffeo.lattice import resized
from craniomark.engine.diffeo.local import LocalCorrelation
from craniomark.engine.maps import integrated
from craniomark.parts.losses.mind import mind

Optimiser = Literal["adam", "lbfgs"]
Measure = Literal["lncc", "mind"]
SQUARINGS = 4


@dataclass(frozen=True)
class Level:
    """One resolution.

    Attributes
    ----------
    spacing : float
        Of the image grid, mm.
    lattice : float
        Distance of the velocities' points, mm.
    steps : int
        Most steps.
    rate : float
        Learning rate, mm.
    window : int
        Odd edge of the boxes in which images are correlated, voxels.
    """

    spacing: float
    lattice: float
    steps: int
    rate: float
    window: int = 5

    def __post_init__(self) -> None:
        for name in ("spacing", "lattice", "rate"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is {getattr(self, name)}: give a number above 0")
        if self.steps < 0:
            raise ValueError(f"steps is {self.steps}: give 0 or more")
        if self.window < 1 or self.window % 2 == 0:
            raise ValueError(f"window is {self.window}: give an odd number of voxels")


@dataclass(frozen=True)
class Climbing:
    """How a climb goes and when it ends.

    Attributes
    ----------
    smoothness : float
        Weight of the mean squared slope of the velocities.
    measure : {"lncc", "mind"}
        What is climbed: squared local correlation, or likeness of self-similarity descriptors.
    optimiser : {"adam", "lbfgs"}
        By what.
    tolerance : float
        A level has converged when its score has risen by less than this in `patience` steps.
    patience : int
        Steps.
    """

    smoothness: float = 0.4
    measure: Measure = "lncc"
    optimiser: Optimiser = "adam"
    tolerance: float = 2e-4
    patience: int = 5

    def __post_init__(self) -> None:
        if not 0 <= self.smoothness < float("inf"):
            raise ValueError(f"smoothness is {self.smoothness}: give a number that is not negative")
        if self.measure not in ("lncc", "mind"):
            raise ValueError(f"measure is {self.measure!r}: give lncc or mind")
        if self.optimiser not in ("adam", "lbfgs"):
            raise ValueError(f"optimiser is {self.optimiser!r}: give adam or lbfgs")
        if self.patience < 1:
            raise ValueError(f"patience is {self.patience}: give at least 1")


@dataclass
class Climb:
    """What a climb came to.

    Attributes
    ----------
    velocities : Tensor, shape (B, D, *lattice)
        In steps of the lattice, along its axes.
    scores : list of float
        Of each step, mean over the batch.
    converged : bool
        Whether it ended before its last step because nothing rose any more.
    """

    velocities: torch.Tensor
    scores: list[float] = field(default_factory=list)
    converged: bool = False


def climbed(
    fixed: torch.Tensor,
    moving: torch.Tensor,
    velocities: torch.Tensor,
    steps_mm: Sequence[float],
    level: Level,
    how: Climbing | None = None,
    goes_on: Callable[[], bool] = lambda: True,
) -> Climb:
    """Improve velocities on one level.

    Parameters
    ----------
    fixed, moving : Tensor, shape (B or 1, 1, *grid) and (B, 1, *grid)
        Images on one grid, of about unit brightness, in two dimensions or three.
    velocities : Tensor, shape (B, D, *lattice)
        Start, in steps of a lattice whose outer points are those of the grid.
    steps_mm : sequence of float
        Edge of a step of the lattice along each axis, mm.
    level : Level
        Steps, rate and window.
    how : Climbing, optional
        Weights and ends.
    goes_on : callable
        Asked before each step; False ends the climb.
    """
    how = how or Climbing()
    alike = _measure(fixed, level, how)
    still = _still(moving)
    mm = torch.tensor(list(steps_mm), dtype=moving.dtype, device=moving.device)
    shape = mm.view(1, -1, *[1] * (moving.ndim - 2))
    found = Climb(velocities)
    free = (velocities * shape).detach().clone().requires_grad_(True)
    optimiser = _optimiser(free, level, how)
    best = _Best(free.detach().clone(), torch.full((len(free),), torch.inf, device=moving.device))

    def objective() -> torch.Tensor:
        optimiser.zero_grad()
        scores = alike(seen_through(moving, free / shape, still))
        costs = how.smoothness * roughness(free, mm) - scores
        best.hear(free.detach(), costs.detach())
        loss = costs.sum()  # each pair of the batch climbs for itself
        loss.backward()  # type: ignore[no-untyped-call]
        found.scores.append(float(scores.detach().mean()))
        return loss

    for _ in range(level.steps):
        if not goes_on():
            break
        optimiser.step(objective)  # type: ignore[arg-type]
        if has_converged(found.scores, how):
            found.converged = True
            break
    found.velocities = best.values / shape
    return found


@dataclass
class _Best:
    """The best that each pair has come by: Adam takes long steps even where nothing is to be won."""

    values: torch.Tensor
    costs: torch.Tensor

    def hear(self, values: torch.Tensor, costs: torch.Tensor) -> None:
        better = costs < self.costs
        self.costs = torch.where(better, costs, self.costs)
        chosen = better.view(-1, *[1] * (values.ndim - 1))
        self.values = torch.where(chosen, values, self.values)


def has_converged(scores: Sequence[float], how: Climbing) -> bool:
    """Whether the best of the last `patience` scores is hardly better than the best before."""
    if len(scores) <= 2 * how.patience:
        return False
    return max(scores[-how.patience :]) - max(scores[: -how.patience]) < how.tolerance


def seen_through(
    moving: torch.Tensor, velocities: torch.Tensor, still: torch.Tensor | None = None
) -> torch.Tensor:
    """Moving images, shape (B, 1, *grid), as the fixed image's grid sees them; beyond the border its value.

    Parameters
    ----------
    moving : Tensor, shape (B, 1, *grid)
        Images.
    velocities : Tensor, shape (B, D, *lattice)
        In steps of the lattice.
    still : Tensor, optional
        `_still` of the images, where it is at hand.
    """
    still = _still(moving) if still is None else still
    displacement = integrated(velocities, SQUARINGS)
    unit = [2 / (n - 1) for n in displacement.shape[2:]]
    factor = torch.tensor(unit, dtype=moving.dtype, device=moving.device).view(1, -1, *[1] * len(unit))
    dense = resized((displacement * factor).flip(1), moving.shape[2:])
    return F.grid_sample(moving, still + dense.movedim(1, -1), align_corners=True, padding_mode="border")


def roughness(velocities: torch.Tensor, steps_mm: torch.Tensor) -> torch.Tensor:
    """Mean squared slope of velocities, shape (B, D, *lattice) mm, per mm: shape (B,)."""
    slopes = [velocities.diff(dim=a + 2).div(mm).square().flatten(1).mean(1) for a, mm in enumerate(steps_mm)]
    return torch.stack(slopes).sum(0)


def _measure(fixed: torch.Tensor, level: Level, how: Climbing) -> Callable[[torch.Tensor], torch.Tensor]:
    if how.measure == "lncc":
        return LocalCorrelation(fixed, level.window)
    wanted = mind(fixed)
    return lambda moving: 1 - (mind(moving) - wanted).square().flatten(1).mean(1)


def _optimiser(free: torch.Tensor, level: Level, how: Climbing) -> torch.optim.Optimizer:
    if how.optimiser == "adam":
        return torch.optim.Adam([free], lr=level.rate, betas=(0.9, 0.99))
    return torch.optim.LBFGS([free], lr=1.0, max_iter=4, history_size=6, line_search_fn="strong_wolfe")


def _still(images: torch.Tensor) -> torch.Tensor:
    """Where each voxel is, in torch's coordinates, shape (1, *grid, D), last axis first."""
    axes = [torch.linspace(-1, 1, n, dtype=images.dtype, device=images.device) for n in images.shape[2:]]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).flip(-1)[None]
