"""Draws of what happens to sections: slips, shifts, misalignment, and defects that lie apart."""

import numpy as np

from craniomark.parts.augment.defects import Artefact, LowContrastSections, MissingSections, apart
from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.ranges import DefectRange, SlipRange
from craniomark.parts.augment.sections import Fold, SectionMoves, in_plane
from craniomark.parts.augment.steps import Step

_SPOTS = 3


def drawn_slips(ranges: SlipRange, axis: int, grid: Grid, rng: np.random.Generator) -> list[Step]:
    """Sections out of place; none where none is."""
    count = grid.shape[axis]
    shifts, degrees = np.zeros((count, 2)), np.zeros(count)
    for number in apart(count, ranges.slip, rng):
        shifts[number] += rng.uniform(-1, 1, 2) * ranges.off
        degrees[number] += rng.uniform(-1, 1) * ranges.degrees
    for number in map(int, np.flatnonzero(rng.random(count) < ranges.shift)):
        shifts[number:] += rng.uniform(-1, 1, 2) * ranges.off
        degrees[number:] += rng.uniform(-1, 1) * ranges.degrees
    if rng.random() < ranges.misaligned:
        shifts += rng.normal(size=(count, 2)) * ranges.jitter
    if not shifts.any() and not degrees.any():
        return []
    pairs = tuple((float(one), float(two)) for one, two in shifts)
    return [SectionMoves(axis, pairs, tuple(map(float, degrees)))]


def drawn_defects(ranges: DefectRange, axis: int, grid: Grid, rng: np.random.Generator) -> list[Step]:
    """Defects, no two on adjacent sections; folds first, as they move things."""
    each = np.array([ranges.missing, ranges.low_contrast, ranges.artefact, ranges.fold])
    total = float(each.sum())
    if not total:
        return []
    numbers = apart(grid.shape[axis], total, rng)
    kinds = rng.choice(4, len(numbers), p=each / total)
    chosen = [[n for n, kind in zip(numbers, kinds, strict=True) if kind == one] for one in range(4)]
    missing, faint, dirty, folded = chosen
    steps: list[Step] = [_fold(ranges, axis, number, grid, rng) for number in folded]
    fills = [_fill(ranges, rng) for _ in missing]
    for fill in sorted(set(fills)):
        these = tuple(number for number, own in zip(missing, fills, strict=True) if own == fill)
        steps.append(MissingSections(axis, these, fill))
    if faint:
        contrasts = tuple(float(rng.uniform(0, ranges.contrast)) for _ in faint)
        steps.append(LowContrastSections(axis, tuple(faint), contrasts))
    return [*steps, *(_artefact(ranges, axis, number, grid, rng) for number in dirty)]


def _fill(ranges: DefectRange, rng: np.random.Generator) -> str:
    return str(rng.choice(["zero", "mean"])) if ranges.fill == "either" else ranges.fill


def _fold(ranges: DefectRange, axis: int, number: int, grid: Grid, rng: np.random.Generator) -> Step:
    half = float(np.min((grid.spacing * np.array(grid.shape))[in_plane(axis)]) / 2)
    return Fold(
        axis, number, degrees=float(rng.uniform(0, 180)), off=float(rng.uniform(-0.6, 0.6) * half),
        depth=float(rng.uniform(0.3, 1) * ranges.depth), reach=ranges.reach, line=ranges.line,
        fill=_fill(ranges, rng),
    )  # fmt: skip


def _artefact(ranges: DefectRange, axis: int, number: int, grid: Grid, rng: np.random.Generator) -> Step:
    half = (grid.spacing * np.array(grid.shape))[in_plane(axis)] / 2
    spots = []
    for _ in range(int(rng.integers(1, _SPOTS + 1))):
        one, two = rng.uniform(-1, 1, 2) * half
        width, hidden = rng.uniform(0.2, 1) * ranges.spot, rng.uniform(0.5, 1)
        spots.append((float(one), float(two), float(width), float(hidden)))
    return Artefact(axis, number, tuple(spots), _fill(ranges, rng))
