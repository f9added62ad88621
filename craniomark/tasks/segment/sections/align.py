"""Sections brought in line with one another: shifts that add up, warps to the neighbours, cracks."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from craniomark.tasks.segment.sections.alignment import STEEPEST, Alignment, Placed, side_of
from craniomark.tasks.segment.sections.pairs import (
    Lattice,
    correlation,
    is_blank,
    local_shifts,
    pair_shift,
    shifted,
)

Floats = NDArray[np.float64]
Told = Callable[[float], None]
_ANGLES = 12
_APART = 2.0
"""Voxels by which the sides of a crack must have moved apart."""
_EXPLAINED = 0.6
"""Share of the local shifts' spread that a line must explain."""


@dataclass(frozen=True)
class AlignSettings:
    """What is looked for.

    Attributes
    ----------
    axis : int
        Across the sections.
    most : int
        Largest shift of a section against the one before, voxels.
    warp : bool
        Bend each section to its neighbours.
    cracks : bool
        Split sections whose two sides have moved apart.
    block : int
        Edge of the blocks whose shifts warps and cracks are told by, voxels.
    local : int
        Largest shift of a block, voxels.
    """

    axis: int = 2
    most: int = 24
    warp: bool = False
    cracks: bool = False
    block: int = 16
    local: int = 6

    def __post_init__(self) -> None:
        if not 0 <= self.axis < 3:
            raise ValueError(f"axis is {self.axis}: give 0, 1 or 2")
        for name in ("most", "block", "local"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: give at least 1")


def align(stack: NDArray[np.generic], settings: AlignSettings, told: Told = lambda _: None) -> Alignment:
    """Find how the sections of a stack lie to one another.

    Each section is shifted against the last one that shows something, and shifts add up. Where asked,
    sections whose sides have moved apart are split, and the others are bent halfway to their neighbours.

    Parameters
    ----------
    stack : ndarray, shape (I, J, K)
        Values of any type.
    settings : AlignSettings
        What is looked for.
    told : callable
        Hears the fraction that is done.

    Raises
    ------
    ValueError
        If there are fewer than two sections.
    """
    cuts = np.moveaxis(stack, settings.axis, 0)
    if len(cuts) < 2:
        raise ValueError(f"stack has {len(cuts)} section: give at least two")
    shape = (stack.shape[0], stack.shape[1], stack.shape[2])
    sections = _shifts(cuts, settings, told)
    if settings.cracks or settings.warp:
        sections = _bent(cuts, sections, settings, told)
    return Alignment(shape, settings.axis, tuple(sections))


def _shifts(cuts: NDArray[np.generic], settings: AlignSettings, told: Told) -> list[Placed]:
    found: list[Placed] = []
    before: Floats | None = None
    at = np.zeros(2, dtype=int)
    most = min(settings.most, *(n - 1 for n in cuts.shape[1:]))
    for number, cut in enumerate(cuts):
        section = np.asarray(cut, dtype=np.float64)
        blank = is_blank(section)
        if not blank:
            if before is not None:
                at = at + pair_shift(before, section, most)
            before = section
        found.append(Placed(number, (int(at[0]), int(at[1])), blank=blank))
        told(0.5 * (number + 1) / len(cuts))
    return found


def _bent(
    cuts: NDArray[np.generic], sections: list[Placed], settings: AlignSettings, told: Told
) -> list[Placed]:
    lattices: dict[int, Lattice] = {}
    for number, one in enumerate(sections):
        told(0.5 + 0.4 * number / len(sections))
        between = None if one.blank else _between(cuts, sections, number)
        if between is not None:
            section = np.asarray(cuts[one.source], dtype=np.float64)
            block = min(settings.block, *section.shape)
            lattices[number] = local_shifts(between, section, block, settings.local)
    cracks = _apart({n: _crack(one) for n, one in lattices.items()}) if settings.cracks else {}
    found: list[Placed] = []
    for number, one in enumerate(sections):
        told(0.9 + 0.1 * number / len(sections))
        if number in cracks:
            found += _split(one, cracks[number], lattices[number])
        elif settings.warp and number in lattices and not {number - 1, number + 1} & set(cracks):
            between = _between(cuts, sections, number)
            assert between is not None
            section = np.asarray(cuts[one.source], dtype=np.float64)
            found.append(_warped(one, between, section, lattices[number]))
        else:
            found.append(one)
    return found


def _apart(cracks: dict[int, tuple[float, tuple[float, ...]]]) -> dict[int, tuple[float, ...]]:
    """The surest cracks, no two of adjacent sections: one that is torn makes its neighbours look torn."""
    found: dict[int, tuple[float, ...]] = {}
    for number, (gained, crack) in sorted(cracks.items(), key=lambda one: -one[1][0]):
        if gained > 0 and not {number - 1, number + 1} & set(found):
            found[number] = crack
    return found


def _between(cuts: NDArray[np.generic], sections: list[Placed], number: int) -> Floats | None:
    """Mean of the nearest sections before and after, as they lie to this one."""

    near = []
    for step in (-1, 1):
        other = number + step
        while 0 <= other < len(sections) and sections[other].blank:
            other += step
        if 0 <= other < len(sections):
            by = np.subtract(sections[other].shift, sections[number].shift)
            near.append(shifted(cuts[sections[other].source], (int(by[0]), int(by[1]))))
    return np.asarray(np.mean(near, 0)) if near else None


def _crack(lattice: Lattice) -> tuple[float, tuple[float, ...]]:
    """The line whose two sides have each moved as a whole, and apart, and how much of the shifts it explains.

    Zero and no line where none explains enough.
    """
    weights = lattice.trust.ravel()
    if (weights > 0).sum() < 6:
        return 0.0, ()
    centres, shifts = lattice.centres.reshape(-1, 2), lattice.shifts.reshape(-1, 2)
    total = _spread(shifts, weights)
    best, gained = (1 - _EXPLAINED) * total, 0.0
    found: tuple[float, ...] = ()
    for angle in np.arange(_ANGLES) * np.pi / _ANGLES:
        normal = np.array([np.cos(angle), np.sin(angle)])
        along = centres @ normal
        for off in np.unique(np.round((np.sort(along)[1:] + np.sort(along)[:-1]) / 2, 6)):
            sides = along >= off
            if min(weights[sides].sum(), weights[~sides].sum()) < 0.15 * weights.sum():
                continue
            left = _spread(shifts[sides], weights[sides]) + _spread(shifts[~sides], weights[~sides])
            apart = _mean(shifts[sides], weights[sides]) - _mean(shifts[~sides], weights[~sides])
            if left < best and np.linalg.norm(apart) >= _APART:
                best, gained = left, total - left
                found = (float(normal[0]), float(normal[1]), float(off))
    return gained, found


def _split(one: Placed, crack: tuple[float, ...], lattice: Lattice) -> list[Placed]:
    centres = lattice.centres.reshape(-1, 2)
    sides = side_of(crack, centres[:, 0], centres[:, 1])
    parts = []
    for side in (-1, 1):
        own = sides == side
        moved = np.rint(_mean(lattice.shifts.reshape(-1, 2)[own], lattice.trust.ravel()[own])).astype(int)
        shift = (one.shift[0] - int(moved[0]), one.shift[1] - int(moved[1]))
        parts.append(replace(one, shift=shift, crack=crack, side=side))
    return parts


def _warped(one: Placed, between: Floats, section: Floats, lattice: Lattice) -> Placed:
    """The section bent halfway to its neighbours, where that makes it more like them."""
    from scipy.ndimage import gaussian_filter, map_coordinates

    weights = lattice.trust[..., None]
    blur = (1.0, 1.0, 0.0)
    smooth = gaussian_filter(lattice.shifts * weights, blur) / np.maximum(
        gaussian_filter(weights, blur), 1e-6
    )
    field = 0.5 * np.moveaxis(smooth, -1, 0)
    field = _gentle(field, section.shape)
    if not field.any():
        return one
    i, j = np.meshgrid(*(np.arange(n) for n in section.shape), indexing="ij")
    scale = [(n - 1) / max(count - 1, 1) for n, count in zip(field.shape[1:], section.shape, strict=True)]
    at = np.stack([i * scale[0], j * scale[1]])
    moves = [map_coordinates(part, at, order=1, mode="nearest") for part in field]
    bent = map_coordinates(section, np.stack([i + moves[0], j + moves[1]]), order=1, mode="nearest")
    if correlation(between, bent) <= correlation(between, section):
        return one
    rows = tuple(tuple(tuple(float(v) for v in row) for row in part) for part in field)
    return replace(one, warp=rows)


def _gentle(field: Floats, plane: tuple[int, ...]) -> Floats:
    """The field made smaller until it nowhere changes by more than `STEEPEST` from voxel to voxel."""
    steps = [(count - 1) / max(n - 1, 1) for n, count in zip(field.shape[1:], plane, strict=True)]
    slopes = np.zeros(2)
    for part in range(2):
        for axis in range(2):
            if field.shape[1 + axis] > 1:
                slopes[part] += np.abs(np.diff(field[part], axis=axis)).max() / max(steps[axis], 1e-9)
    most = float(slopes.max())
    return field * min(1.0, STEEPEST / most) if most > 0 else field


def _mean(values: Floats, weights: Floats) -> Floats:
    return np.asarray((values * weights[:, None]).sum(0) / max(float(weights.sum()), 1e-9))


def _spread(values: Floats, weights: Floats) -> float:
    return float((((values - _mean(values, weights)) ** 2).sum(1) * weights).sum())
