"""From images that lie roughly over one another to velocities between them, coarse to fine, as one batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.diffeo.blocks import Blocks, block_matched
from craniomark.engine.diffeo.climb import Climbing, Level, climbed
from craniomark.engine.diffeo.lattice import Shape, lattice_over, steps_resized
from craniomark.engine.image import Image
from craniomark.engine.maps import Displacement, Map, Velocity, integrated, on_lattice
from craniomark.parts.losses.fields import folding_share

_RINGS = 3
"""Points of the lattice over which velocities fade to nothing beyond the box."""
_CALMER = 0.8
_TRIES = 12


@dataclass(frozen=True)
class Recipe:
    """How images are registered at test time.

    Attributes
    ----------
    levels : tuple of Level
        From coarse to fine.
    climbing : Climbing
        Weights and ends of the climbs.
    blocks : Blocks or None
        Cubes that are matched after the last level; None for none.
    """

    levels: tuple[Level, ...] = (Level(0.4, 1.6, 25, 0.04), Level(0.2, 0.8, 20, 0.03))
    climbing: Climbing = field(default_factory=Climbing)
    blocks: Blocks | None = field(default_factory=Blocks)


WIDE = Recipe((Level(0.8, 3.2, 25, 0.08), *Recipe().levels))
"""Begins coarser, for skulls that differ as those of other strains do."""


@dataclass(frozen=True, eq=False)
class Diffeomorphic:
    """What a registration came to.

    Attributes
    ----------
    maps : tuple of Velocity
        For each moving image: fixed point to moving point, LPS mm; the inverse is that of ``-vectors``.
    scores : tuple of list of float
        Of each level, step by step.
    converged : tuple of bool
        Of each level that was reached.
    """

    maps: tuple[Velocity, ...]
    scores: tuple[list[float], ...]
    converged: tuple[bool, ...]


def registered(
    fixed: Image,
    movings: Sequence[Image],
    start: Sequence[Velocity | None] = (),
    recipe: Recipe | None = None,
    goes_on: Callable[[], bool] = lambda: True,
    told: Callable[[float], None] = lambda _: None,
) -> Diffeomorphic:
    """Register images to one, all at once.

    Parameters
    ----------
    fixed : Image
        Bone brightness about 1.
    movings : sequence of Image
        Roughly aligned with it, of the same brightness.
    start : sequence of Velocity or None
        Where each begins; none: at rest.
    recipe : Recipe, optional
        Levels, weights and ends.
    goes_on : callable
        Asked before each step; False ends the registration with what there is.
    told : callable
        Hears the fraction done; may raise to cancel.
    """
    recipe = recipe or Recipe()
    box = content_box(fixed)
    shape, matrix = lattice_over(*box, recipe.levels[0].lattice)
    velocities = _started(start or [None] * len(movings), shape, matrix, fixed.voxels.device)
    scores, converged = [], []
    for number, level in enumerate(recipe.levels):
        told(number / (len(recipe.levels) + 1))
        if not goes_on():
            break
        shape, matrix = lattice_over(*box, level.lattice)
        target, sources = _on_level(fixed, movings, box, level)
        steps = np.linalg.norm(matrix[:3, :3], axis=0).tolist()
        begun = steps_resized(velocities, shape)
        climb = climbed(target, sources, begun, steps, level, recipe.climbing, goes_on)
        velocities = climb.velocities
        scores.append(climb.scores)
        converged.append(climb.converged)
    told(len(recipe.levels) / (len(recipe.levels) + 1))
    if recipe.blocks is not None and goes_on():
        velocities = block_matched(fixed, movings, velocities, box, recipe.blocks)
    velocities = torch.cat([unfolded(one[None]) for one in velocities])
    maps = _as_maps(velocities, box)
    return Diffeomorphic(maps, tuple(scores), tuple(converged))


def flow_between(fixed: Image, moving: Image, recipe: Recipe = WIDE) -> Velocity:
    """The map of one pair, fixed point to moving point; see `registered`."""
    return registered(fixed, [moving], recipe=recipe).maps[0]


def content_box(
    image: Image, brightness: float = 0.35, margin_mm: float = 1.5
) -> tuple[Shape, NDArray[np.float64]]:
    """Shape and matrix of the part of an image's grid that holds what is bright, and a margin.

    All of the grid where nothing is.
    """
    coarse = image.shrunk(0.5)
    bright = (coarse.voxels > brightness).nonzero()
    if not len(bright):
        return image.shape, image.matrix
    scale = np.linalg.norm(coarse.matrix[:3, :3], axis=0) / image.spacing
    margin = margin_mm / image.spacing
    low = np.floor(bright.amin(0).cpu().numpy() * scale - margin).clip(0).astype(int)
    high = np.ceil((bright.amax(0).cpu().numpy() + 1) * scale + margin).astype(int)
    high = np.minimum(high, np.array(image.shape) - 1)
    matrix = image.matrix.copy()
    matrix[:3, 3] = image.matrix[:3, :3] @ low + image.matrix[:3, 3]
    i, j, k = (int(n) for n in np.maximum(high - low + 1, 2))
    return (i, j, k), matrix


def unfolded(velocities: torch.Tensor, squarings: int = 7) -> torch.Tensor:
    """Velocities, shape (1, D, *lattice) in its steps, made calmer until neither map nor inverse folds."""
    for _ in range(_TRIES):
        folds = max(float(folding_share(integrated(sign * velocities, squarings))) for sign in (1, -1))
        if folds == 0:
            break
        velocities = _CALMER * velocities
    return velocities


def _started(
    start: Sequence[Velocity | None], shape: Shape, matrix: NDArray[np.float64], device: torch.device
) -> torch.Tensor:
    axes = torch.as_tensor(np.linalg.inv(matrix[:3, :3]), dtype=torch.float32, device=device)
    found = []
    for one in start:
        if one is None:
            found.append(torch.zeros(3, *shape, device=device))
            continue
        still: Map = _Flow(one)
        vectors = on_lattice(still, shape, matrix, one.vectors).vectors
        found.append(torch.einsum("ij,j...->i...", axes, vectors.to(device)))
    return torch.stack(found)


@dataclass(frozen=True)
class _Flow:
    """``x + v(x)``: a map whose displacement is the velocity."""

    velocity: Velocity

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        return Displacement(self.velocity.vectors, self.velocity.matrix)(points)


def _on_level(
    fixed: Image, movings: Sequence[Image], box: tuple[Shape, NDArray[np.float64]], level: Level
) -> tuple[torch.Tensor, torch.Tensor]:
    shape, matrix = lattice_over(*box, level.spacing)
    seen = [
        image.shrunk(level.spacing / 2).smoothed(level.spacing / 2).on_grid(shape, matrix).voxels[None]  # type: ignore[arg-type]
        for image in (fixed, *movings)
    ]
    return seen[0][None], torch.stack(seen[1:])


def _as_maps(velocities: torch.Tensor, box: tuple[Shape, NDArray[np.float64]]) -> tuple[Velocity, ...]:
    """As maps in mm, faded out beyond the box."""
    shape = tuple(velocities.shape[2:])
    scale = (np.array(box[0]) - 1) / (np.array(shape) - 1)
    matrix = box[1] @ np.diag([*scale, 1.0])
    faded = _faded(velocities)
    outer = matrix.copy()
    outer[:3, 3] -= matrix[:3, :3].sum(1) * _RINGS
    axes = torch.as_tensor(matrix[:3, :3], dtype=torch.float32, device=velocities.device)
    vectors = torch.einsum("ij,bj...->bi...", axes, faded)
    return tuple(Velocity(one, outer) for one in vectors)


def _faded(velocities: torch.Tensor) -> torch.Tensor:
    """With rings of further points about the lattice, to 0 at the last."""
    padded = torch.nn.functional.pad(velocities, [_RINGS] * 6, mode="replicate")
    for axis in range(2, 5):
        length = padded.shape[axis]
        index = torch.arange(length, device=padded.device)
        near = torch.minimum(index, length - 1 - index)
        weights = (near / _RINGS).clamp(max=1).view(*[-1 if a == axis else 1 for a in range(5)])
        padded = padded * weights
    return padded
