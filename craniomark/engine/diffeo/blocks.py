"""Small cubes about the points of a lattice found again in other images: shifts that no slope leads to."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.diffeo.lattice import Shape, lattice_over, steps_resized
from craniomark.engine.diffeo.settle import settled
from craniomark.engine.image import Image, grid_points
from craniomark.engine.maps import integrated
from craniomark.engine.patchmatch import Stage
from craniomark.engine.patchmatch.correlation import correlation_maps
from craniomark.engine.patchmatch.posterior import expected_shift
from craniomark.engine.patchmatch.windows import cube, gaussian_window

_FLAT = 0.02
_AT_ONCE = 256
_SQUARINGS = 5


@dataclass(frozen=True)
class Blocks:
    """How cubes are matched and their shifts smoothed.

    Attributes
    ----------
    lattice : float
        Distance of the cubes, mm.
    stage : Stage
        Size, reach and resolution of the cubes.
    texture : float
        Least standard deviation of brightness about a point, for it to take part.
    texture_mm : float
        Gaussian radius in which that is measured.
    slope, bend : float
        Smoothness of the shifts, as `settled`.
    """

    lattice: float = 0.8
    stage: Stage = field(default_factory=lambda: Stage("blocks", 0.125, 15, 0.375, (0.35,), 0.0, 50.0, 0.17))
    texture: float = 0.1
    texture_mm: float = 0.3
    slope: float = 0.005
    bend: float = 0.005

    def __post_init__(self) -> None:
        if not 0 < self.lattice < float("inf"):
            raise ValueError(f"lattice is {self.lattice}: give mm above 0")


def block_matched(
    fixed: Image,
    movings: Sequence[Image],
    velocities: torch.Tensor,
    box: tuple[Shape, NDArray[np.float64]],
    how: Blocks,
) -> torch.Tensor:
    """Velocities, shape (B, 3, *lattice) in its steps, improved by cubes of the fixed image found in others.

    A cube is taken about each point of a lattice where the image has texture, and sought about where the
    velocities send that point, in all moving images in one batch. The shifts, spread over the lattice, are
    added to the velocities: exact to first order, which small shifts need.

    Parameters
    ----------
    fixed : Image
        Bone brightness about 1.
    movings : sequence of Image
        B of them, roughly aligned.
    velocities : Tensor, shape (B, 3, *lattice)
        Start, in steps of its lattice.
    box : shape and matrix
        Grid whose outer points are those of all lattices.
    how : Blocks
        Settings.
    """
    shape, matrix = lattice_over(*box, how.lattice)
    velocities = steps_resized(velocities, shape)
    places = grid_points(shape, matrix, fixed.voxels.device)  # type: ignore[arg-type]
    rich = textured(fixed, places, how)
    if not bool(rich.any()):
        return velocities
    axes = torch.as_tensor(matrix[:3, :3], dtype=torch.float32, device=places.device)
    moved = torch.einsum("ij,bj...->bi...", axes, integrated(velocities, _SQUARINGS))
    centres = places[rich]
    starts = [centres + u.movedim(0, -1)[rich] for u in moved]
    shifts = _shifts(fixed, movings, centres, starts, how.stage) @ torch.linalg.inv(axes).T
    known = torch.zeros(len(movings), *shape, 3, device=places.device)
    known[:, rich] = shifts
    weights = rich.float()[None, None]
    return velocities + settled(known.movedim(-1, 1), weights, how.slope, how.bend)


def textured(image: Image, places: torch.Tensor, how: Blocks) -> torch.Tensor:
    """True, shape (...), where there is something to match about `places`, shape (..., 3) mm."""
    mean = image.smoothed(how.texture_mm).at(places)
    square = Image(image.voxels.square(), image.matrix).smoothed(how.texture_mm).at(places)
    return (square - mean.square()).clamp_min(0).sqrt() > how.texture


def _shifts(
    fixed: Image,
    movings: Sequence[Image],
    centres: torch.Tensor,
    starts: Sequence[torch.Tensor],
    stage: Stage,
) -> torch.Tensor:
    """Expected shifts, shape (B, N, 3) mm."""
    window = gaussian_window(stage.size, stage.spacing, stage.sigmas[0]).to(centres.device)
    small = cube(stage.size, stage.spacing, centres.device)
    large = cube(stage.search_size, stage.spacing, centres.device)
    template, seen = fixed.smoothed(stage.blur), [m.smoothed(stage.blur) for m in movings]
    found = []
    count = max(_AT_ONCE // len(movings), 1)
    for part in torch.arange(len(centres), device=centres.device).split(count):
        cubes = template.at(centres[part][:, None, None, None] + small)
        search = torch.cat(
            [m.at(s[part][:, None, None, None] + large) for m, s in zip(seen, starts, strict=True)]
        )
        maps = correlation_maps(search, cubes.repeat(len(movings), 1, 1, 1)[:, None], window, _FLAT)
        shift = expected_shift(maps, stage.spacing, stage.sharpness, stage.prior_sd).mean[:, 0]
        found.append(shift.view(len(movings), len(part), 3))
    return torch.cat(found, 1)
