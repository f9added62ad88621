"""The same in two dimensions, for slices: any start, and optimisation at test time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from monai.networks.layers.simplelayers import GaussianFilter

from craniomark.engine.diffeo.climb import climbed
from craniomark.engine.diffeo.lattice import lattice_over, resized, steps_resized
from craniomark.engine.diffeo.local import LocalCorrelation
from craniomark.engine.diffeo.register import unfolded
from craniomark.engine.maps import Map, Velocity, lattice_points
from craniomark.tasks.regnet.hybrid.hyreg import (
    HybridReport,
    HybridSettings,
    folding_of,
    how_it_ended,
    there_and_back,
)

_BOX = 5
_BRIGHT = 0.2
"""What is darker is no part of the specimen."""
_LEAST = 8


@dataclass(frozen=True, eq=False)
class HybridSlice:
    """A map of the plane and its report.

    Attributes
    ----------
    flow : Velocity
        Fixed point to moving point, mm along rows and columns from the middle of the first pixel.
    report : HybridReport
        Its distances are those of bright pixels.
    """

    flow: Velocity
    report: HybridReport


def hybrid_slices(
    fixed: torch.Tensor,
    movings: torch.Tensor,
    spacing: float,
    start: torch.Tensor | None = None,
    settings: HybridSettings | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> list[HybridSlice]:
    """Optimise several pairs of one fixed slice in one batch.

    The matching of cubes, which ends it in three dimensions, is left out.

    Parameters
    ----------
    fixed : Tensor, shape (H, W)
        Bone brightness about 1.
    movings : Tensor, shape (B, H, W)
        On the same pixels, roughly aligned.
    spacing : float
        Edge of a pixel, mm.
    start : Tensor, shape (B, 2, *lattice), optional
        Where each begins: velocities in steps of a lattice over the slice, as an `ElasticNetwork` of two axes
        tells them. At rest by default.
    settings : HybridSettings, optional
        Levels and limits.
    clock : callable
        Seconds.

    Raises
    ------
    ValueError
        If shapes do not fit, a value is not finite, or the spacing is not positive.
    """
    _check(fixed, movings, spacing, start)
    settings = settings or HybridSettings()
    matrix, began = np.diag([spacing, spacing, 1.0]), clock()
    late: list[bool] = []

    def goes_on() -> bool:
        if clock() - began > settings.limit_s:
            late.append(True)
        return not late

    begun = torch.zeros(len(movings), 2, 4, 4) if start is None else start.detach()
    velocities, converged, steps = begun, [], 0
    for level in settings.recipe.levels:
        if not goes_on():
            break
        seen = _seen(torch.cat([fixed[None], movings])[:, None], spacing, level.spacing)
        shape, lattice = lattice_over(fixed.shape, matrix, level.lattice)
        velocities = steps_resized(velocities, shape)
        edges = np.diag(lattice)[:2].tolist()
        climb = climbed(seen[:1], seen[1:], velocities, edges, level, settings.recipe.climbing, goes_on)
        velocities, steps = climb.velocities, steps + len(climb.scores)
        converged.append(climb.converged)
    told = (steps, how_it_ended(converged, bool(late)), clock() - began)
    flows = [in_mm(unfolded(one[None])[0], fixed.shape, spacing) for one in velocities]
    starts = [in_mm(one, fixed.shape, spacing) for one in begun]
    return [
        HybridSlice(flow, _report(fixed, moving, spacing, first, flow, told))
        for moving, first, flow in zip(movings, starts, flows, strict=True)
    ]


def in_mm(velocities: torch.Tensor, shape: Sequence[int], spacing: float) -> Velocity:
    """Velocities, shape (2, *lattice) in steps of a lattice over so many pixels, as a map in mm."""
    lattice = spacing * (np.array(shape) - 1) / (np.array(velocities.shape[1:]) - 1)
    edges = torch.as_tensor(lattice, dtype=velocities.dtype, device=velocities.device)
    return Velocity(velocities * edges[:, None, None], np.diag([*lattice, 1.0]))


def slice_at(image: torch.Tensor, points: torch.Tensor, spacing: float) -> torch.Tensor:
    """Brightness of a slice, shape (H, W), at points, shape (..., 2) mm; beyond it that of its border."""
    half = spacing * (torch.tensor(image.shape, dtype=points.dtype, device=points.device) - 1) / 2
    grid = (points / half - 1).flip(-1).reshape(1, 1, -1, 2)
    found = F.grid_sample(image[None, None], grid, align_corners=True, padding_mode="border")
    return found.reshape(points.shape[:-1])


def _seen(images: torch.Tensor, spacing: float, wanted: float) -> torch.Tensor:
    """Images, shape (B, 1, H, W), blurred to what pixels of so many mm can show, on those."""
    shape, _ = lattice_over(images.shape[2:], np.diag([spacing, spacing, 1.0]), wanted, _LEAST)
    sigma = wanted / spacing / 2
    return resized(GaussianFilter(2, sigma)(images) if wanted > spacing else images, shape)


def _report(
    fixed: torch.Tensor, moving: torch.Tensor, spacing: float, start: Map, flow: Velocity,
    told: tuple[int, str, float],
) -> HybridReport:  # fmt: skip
    points = lattice_points(fixed.shape, np.diag([spacing, spacing, 1.0]), fixed)
    alike = LocalCorrelation(fixed[None, None], _BOX)
    before, after = (float(alike(slice_at(moving, f(points), spacing)[None, None])) for f in (start, flow))
    inverse_mm, moved_mm = there_and_back(flow, points[fixed > _BRIGHT])
    return HybridReport(before, after, 100 * folding_of(flow), inverse_mm, moved_mm, *told)


def _check(fixed: torch.Tensor, movings: torch.Tensor, spacing: float, start: torch.Tensor | None) -> None:
    if fixed.ndim != 2 or movings.ndim != 3 or movings.shape[1:] != fixed.shape:
        shapes = f"{tuple(fixed.shape)} and {tuple(movings.shape)}"
        raise ValueError(f"shapes are {shapes}: give (H, W) and (B, H, W)")
    if min(fixed.shape) < _LEAST:
        raise ValueError(f"the slice has {tuple(fixed.shape)} pixels: give {_LEAST} or more along each axis")
    if not 0 < spacing < float("inf"):
        raise ValueError(f"spacing is {spacing}: give mm above 0")
    if not (bool(fixed.isfinite().all()) and bool(movings.isfinite().all())):
        raise ValueError("a pixel is not finite: give numbers")
    if start is not None and (start.ndim != 4 or start.shape[:2] != (len(movings), 2)):
        raise ValueError(f"start has the shape {tuple(start.shape)}: give ({len(movings)}, 2, *lattice)")
