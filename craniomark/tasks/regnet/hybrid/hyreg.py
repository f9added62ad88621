"""Any start, a network's or none, and optimisation at test time, with limits and a report."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.diffeo.blocks import Blocks, textured
from craniomark.engine.diffeo.local import LocalCorrelation
from craniomark.engine.diffeo.register import Diffeomorphic, Recipe, content_box, registered
from craniomark.engine.image import Image, grid_points
from craniomark.engine.maps import Composition, Linear, Map, Velocity, inverted
from craniomark.parts.losses.fields import folding_share

Array = NDArray[np.float64]
STEP_MM = 0.3
"""Grid on which a result is looked at."""
_BOX = 5


@dataclass(frozen=True)
class HybridSettings:
    """How far the optimisation goes.

    Attributes
    ----------
    recipe : Recipe
        Levels, weights, blocks and the test of convergence.
    limit_s : float
        Seconds after which no further step is begun.
    """

    recipe: Recipe = field(default_factory=Recipe)
    limit_s: float = 120.0

    def __post_init__(self) -> None:
        if not self.limit_s > 0:
            raise ValueError(f"limit_s is {self.limit_s}: give seconds above 0")

    def with_steps(self, steps: int | None) -> "HybridSettings":
        """The same with as many steps on each level at most; 0 keeps the start, None changes nothing."""
        if steps is None:
            return self
        levels = tuple(replace(level, steps=steps) for level in self.recipe.levels)
        blocks = self.recipe.blocks if steps else None
        return replace(self, recipe=replace(self.recipe, levels=levels, blocks=blocks))


@dataclass(frozen=True, eq=False)
class Start:
    """Where an optimisation begins.

    Attributes
    ----------
    linear : Linear
        Fixed mm to moving mm.
    flow : Velocity or None
        Acts before it, in the fixed image's frame; None: nothing flows.
    by : str
        What it comes from.
    """

    linear: Linear
    flow: Velocity | None = None
    by: str = "given pose"

    @property
    def map(self) -> Map:
        """``linear(flow(x))``."""
        return self.linear if self.flow is None else Composition(self.linear, self.flow)


@dataclass(frozen=True)
class HybridReport:
    """What speaks for a result.

    Attributes
    ----------
    before, after : float
        Mean squared local correlation about bone under the start and under the result, 0 to 1.
    folding_percent : float
        Cells of the velocities' lattice that the map turns inside out.
    inverse_mm : float
        Mean distance by which points about bone miss where they were, there and back.
    moved_mm : float
        Mean distance by which the flow moves them.
    steps : int
        Taken, over all levels.
    ended : {"converged", "last step", "time limit"}
        What ended the optimisation.
    seconds : float
        It took.
    """

    before: float
    after: float
    folding_percent: float
    inverse_mm: float
    moved_mm: float
    steps: int
    ended: str
    seconds: float


@dataclass(frozen=True, eq=False)
class Hybrid:
    """A map, fixed mm to moving mm, and its report."""

    start: Start
    flow: Velocity
    report: HybridReport

    @property
    def map(self) -> Map:
        """``linear(flow(x))``."""
        return Composition(self.start.linear, self.flow)

    @property
    def inverse(self) -> Map:
        """Moving mm to fixed mm."""
        return inverted(self.map)


def hybrid(
    fixed: Image,
    movings: Sequence[Image],
    starts: Sequence[Start],
    settings: HybridSettings | None = None,
    told: Callable[[float], None] = lambda _: None,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Hybrid]:
    """Optimise several pairs of one fixed image in one batch.

    Parameters
    ----------
    fixed, movings
        Images of bone brightness about 1.
    starts : sequence of Start
        One for each moving image.
    settings : HybridSettings, optional
        Limits.
    told : callable
        Hears the fraction done; may raise to cancel.
    clock : callable
        Seconds.
    """
    settings = settings or HybridSettings()
    began = clock()
    late: list[bool] = []

    def goes_on() -> bool:
        if clock() - began > settings.limit_s:
            late.append(True)
        return not late

    brought = [
        moving.moved(np.linalg.inv(start.linear.matrix))
        for moving, start in zip(movings, starts, strict=True)
    ]
    done = registered(fixed, brought, [s.flow for s in starts], settings.recipe, goes_on, told)
    ended = how_it_ended(done.converged, bool(late))
    seconds = clock() - began
    view = _View.of(fixed)
    found = []
    for moving, start, flow in zip(brought, starts, done.maps, strict=True):
        report = view.report(moving, start, flow, done, ended, seconds)
        found.append(Hybrid(start, flow, report))
    return found


def how_it_ended(converged: Sequence[bool], late: bool) -> str:
    """What ended an optimisation, of whose levels these converged."""
    if late:
        return "time limit"
    return "converged" if converged and converged[-1] else "last step"


@dataclass(frozen=True, eq=False)
class _View:
    """The fixed image on a grid, and places about its bone."""

    image: Image
    points: torch.Tensor
    bone: torch.Tensor

    @classmethod
    def of(cls, fixed: Image) -> "_View":
        shape, matrix = content_box(fixed)
        steps = np.maximum(STEP_MM / np.linalg.norm(matrix[:3, :3], axis=0), 1.0)
        counts = tuple(int(n) for n in np.maximum(np.array(shape) / steps, 4))
        matrix = matrix @ np.diag([*steps, 1.0])
        image = fixed.shrunk(STEP_MM / 2).smoothed(STEP_MM / 2).on_grid(counts, matrix)  # type: ignore[arg-type]
        points = grid_points(counts, matrix, fixed.voxels.device)  # type: ignore[arg-type]
        return cls(image, points, textured(fixed, points, Blocks()))

    def report(
        self, moving: Image, start: Start, flow: Velocity, done: Diffeomorphic, ended: str, seconds: float
    ) -> HybridReport:
        seen = moving.shrunk(STEP_MM / 2).smoothed(STEP_MM / 2)
        begun = self.points if start.flow is None else start.flow(self.points)
        inverse_mm, moved_mm = there_and_back(flow, self.points[self.bone])
        return HybridReport(
            before=self._alike(seen, begun),
            after=self._alike(seen, flow(self.points)),
            folding_percent=100 * folding_of(flow),
            inverse_mm=inverse_mm,
            moved_mm=moved_mm,
            steps=sum(len(scores) for scores in done.scores),
            ended=ended,
            seconds=seconds,
        )

    def _alike(self, moving: Image, points: torch.Tensor) -> float:
        fixed = self.image.voxels[None, None]
        return float(LocalCorrelation(fixed, _BOX)(moving.at(points)[None, None]))


def folding_of(flow: Velocity) -> float:
    """Share of the cells of a flow's lattice that it turns inside out, 0 to 1; in two dimensions or three."""
    field = flow.displacement
    axes = torch.as_tensor(np.linalg.inv(field.matrix[:-1, :-1]), dtype=torch.float32)
    steps = torch.einsum("ij,j...->i...", axes.to(field.vectors.device), field.vectors)
    return float(folding_share(steps[None]))


def there_and_back(flow: Velocity, places: torch.Tensor) -> tuple[float, float]:
    """Mean distances, mm: how far places, shape (N, D), miss where they were, and how far they are moved."""
    sent = flow(places)
    return _mean(inverted(flow)(sent) - places), _mean(sent - places)


def _mean(vectors: torch.Tensor) -> float:
    return float(vectors.norm(dim=-1).mean()) if len(vectors) else 0.0
