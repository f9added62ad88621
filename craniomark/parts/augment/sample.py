"""Random augmentation: the parameters of a transform are drawn, and nothing else is left to chance."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from craniomark.parts.augment.clutter import sample_capsules
from craniomark.parts.augment.draw_sections import drawn_defects, drawn_slips
from craniomark.parts.augment.elastic import ControlPointElastic, GaussianElastic
from craniomark.parts.augment.fieldofview import FieldRange, sample_planes
from craniomark.parts.augment.grid import Grid, rows
from craniomark.parts.augment.looks import Bias, Blur, Clutter, FieldOfView, Levels, LowResolution, Noise
from craniomark.parts.augment.moves import Affine, Mirror, Window
from craniomark.parts.augment.pose import PoseRange, sample_poses
from craniomark.parts.augment.ranges import ElasticRange, LooksRange, Recipe, WindowRange
from craniomark.parts.augment.steps import Step
from craniomark.parts.augment.transform import Transform

Array = NDArray[np.float64]
_SHADING = 3
"""Control points of shading along each axis."""


def sample(recipe: Recipe, shape: Sequence[int], spacing: ArrayLike, rng: np.random.Generator) -> Transform:
    """Draw a transform.

    Parameters
    ----------
    recipe : Recipe
        How often and how far.
    shape : sequence of int
        Voxels of the image, three axes or two.
    spacing : array_like
        mm: one number, one per axis, or the 4x4 matrix from voxel to mm that the points are in.
    rng : Generator
        All chance comes from it, e.g. ``numpy.random.default_rng([seed, step])``.

    Raises
    ------
    ValueError
        If the recipe asks of the image what it does not have, e.g. sections of a picture.
    """
    first = Grid.of(shape, spacing)
    if recipe.sections >= first.axes or (recipe.sections >= 0 and first.axes == 2):
        raise ValueError(f"sections is {recipe.sections}: the image has {first.axes} axes, give -1")
    grid = first
    steps: list[Step] = []

    def add(*more: Step) -> None:
        nonlocal grid
        for step in more:
            steps.append(step)
            grid = step.grid_after(grid)

    add(*_mirrored(recipe, grid, rng))
    add(*_warped(recipe, grid, rng))
    if rng.random() < recipe.control_points.probability:
        add(_control_points(recipe, grid, rng))
    if rng.random() < recipe.gaussian.probability:
        add(_gaussian(recipe, grid, rng))
    if rng.random() < recipe.window.probability:
        add(_window(recipe.window, grid, rng))
    if recipe.sections >= 0:
        add(*drawn_slips(recipe.slips, recipe.sections, grid, rng))
        add(*drawn_defects(recipe.defects, recipe.sections, grid, rng))
    if recipe.clutter:
        add(*_clutter(recipe.clutter, grid, rng))
    add(*_coarser(recipe, grid, rng))
    add(*_looks(recipe.looks, recipe.sections, grid, rng))
    if recipe.field.probability:
        add(_field(recipe.field, grid, rng))
    return Transform(first, tuple(steps))


def _mirrored(recipe: Recipe, grid: Grid, rng: np.random.Generator) -> list[Step]:
    flipped = rng.random(grid.axes) < recipe.mirror.flip
    order = np.arange(grid.axes)
    chosen = [axis for axis in range(grid.axes) if axis != recipe.sections]
    pair = rng.permutation(chosen)[:2]
    if rng.random() < recipe.mirror.transpose:
        order[pair] = order[pair[::-1]]
    if not flipped.any() and (order == np.arange(grid.axes)).all():
        return []
    return [Mirror(tuple(map(int, order)), tuple(map(bool, flipped)))]


def _warped(recipe: Recipe, grid: Grid, rng: np.random.Generator) -> list[Step]:
    steps: list[Step] = []
    if rng.random() < recipe.affine.probability:
        matrix = _pose(recipe.affine.pose, grid.axes, rng)
        shear = np.eye(grid.axes)
        above = ~np.eye(grid.axes, dtype=bool)
        shear[above] = rng.uniform(-1, 1, int(above.sum())) * recipe.affine.shear
        matrix[:-1, :-1] = matrix[:-1, :-1] @ shear
        steps.append(Affine(rows(matrix)))
    if rng.random() < recipe.rotation.probability:
        angle = np.radians(rng.uniform(-1, 1) * recipe.rotation.degrees)
        steps.append(Affine(rows(_turned(angle, recipe.sections, grid))))
    return steps


def _pose(ranges: PoseRange, axes: int, rng: np.random.Generator) -> Array:
    if axes == 3:
        return sample_poses(1, ranges, rng)[0]
    angle = np.radians(rng.uniform(-1, 1) * ranges.degrees)
    size = np.exp(rng.uniform(-1, 1) * ranges.scale + rng.uniform(-1, 1, 2) * ranges.stretch)
    matrix = np.eye(3)
    matrix[:2, :2] = _turn(angle) * size
    matrix[:2, 2] = rng.uniform(-1, 1, 2) * ranges.shift
    return matrix


def _turned(angle: float, sections: int, grid: Grid) -> Array:
    """A rotation about the axis across sections (the last one where there are none), or of a picture."""
    matrix = np.eye(grid.axes + 1)
    if grid.axes == 2:
        matrix[:2, :2] = _turn(angle)
    else:
        matrix[:3, :3] = Rotation.from_rotvec(angle * grid.directions[:, sections]).as_matrix()
    return matrix


def _turn(angle: float) -> Array:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _amplitudes(ranges: ElasticRange, recipe: Recipe, grid: Grid, rng: np.random.Generator) -> Array:
    amplitudes = np.full(grid.axes, rng.uniform(0, ranges.amplitude))
    if ranges.flat and recipe.sections >= 0:
        amplitudes[recipe.sections] = 0
    return amplitudes


def _control_points(recipe: Recipe, grid: Grid, rng: np.random.Generator) -> Step:
    ranges = recipe.control_points
    amplitudes = _amplitudes(ranges, recipe, grid, rng)
    extent = grid.spacing * (np.array(grid.shape) - 1)
    counts = np.maximum(2, np.rint(extent / ranges.width).astype(int) + 1) + 2
    vectors = rng.normal(size=(grid.axes, *counts)) * amplitudes.reshape(-1, *(1,) * grid.axes)
    return ControlPointElastic(_nested(vectors))


def _gaussian(recipe: Recipe, grid: Grid, rng: np.random.Generator) -> Step:
    amplitudes = _amplitudes(recipe.gaussian, recipe, grid, rng)
    return GaussianElastic(int(rng.integers(2**62)), recipe.gaussian.width, _nested(amplitudes))


def _window(ranges: WindowRange, grid: Grid, rng: np.random.Generator) -> Step:
    there = np.array(grid.shape)
    if ranges.shape:
        if len(ranges.shape) != grid.axes:
            raise ValueError(f"shape of windows is {ranges.shape}: give {grid.axes} numbers")
        room = there - np.array(ranges.shape)
        start = np.where(room >= 0, rng.integers(0, np.abs(room) + 1), -rng.integers(0, np.abs(room) + 1))
        return Window(tuple(map(int, start)), tuple(map(int, ranges.shape)))
    sides = rng.uniform(-ranges.crop, ranges.pad, (2, grid.axes))
    grown = np.rint(sides * there).astype(int)
    grown[1] = np.maximum(grown[1], 1 - there - np.minimum(grown[0], 0))  # one voxel at least
    return Window(tuple(map(int, -grown[0])), tuple(map(int, there + grown.sum(0))))


def _clutter(probability: float, grid: Grid, rng: np.random.Generator) -> list[Step]:
    radius = float(np.max(grid.spacing * np.array(grid.shape)) / 2)
    things = sample_capsules(1, 2, probability, radius, rng)
    return [
        Clutter(tuple(map(float, things.start[0, n])), tuple(map(float, things.end[0, n])),
                float(things.radius[0, n]), float(things.wall[0, n]), float(things.brightness[0, n]))
        for n in np.flatnonzero(things.brightness[0])
    ]  # fmt: skip


def _coarser(recipe: Recipe, grid: Grid, rng: np.random.Generator) -> list[Step]:
    if rng.random() >= recipe.resolution.probability:
        return []
    factors = np.ones(grid.axes)
    drawn = max(1.0, rng.uniform(1, max(1.0, recipe.resolution.factor)))
    factors[recipe.sections if recipe.resolution.across else slice(None)] = drawn
    return [LowResolution(_nested(factors))]


def _looks(ranges: LooksRange, sections: int, grid: Grid, rng: np.random.Generator) -> list[Step]:
    """In the order of `with_intensity`: blur, levels with shading between, noise."""
    far = ranges.intensity
    there = rng.random(4) < ranges.probability
    steps: list[Step] = []
    if there[0] and far.blur:
        steps.append(Blur(float(rng.uniform(0, far.blur) * grid.spacing.min())))
    if there[1] and far.shading:
        field = rng.uniform(-far.shading, far.shading, (_SHADING,) * grid.axes)
        steps.append(Bias(_nested(field)))
    if there[2] and (far.gain or far.gamma or ranges.offset):
        single = ranges.mode == "2d" or (ranges.mode == "mixed" and rng.random() < 0.5)
        axis = sections if single else -1
        count = grid.shape[axis] if axis >= 0 else 1
        gain, gamma = (2.0 ** rng.uniform(-one, one, count) for one in (far.gain, far.gamma))
        offset = rng.uniform(-ranges.offset, ranges.offset, count)
        steps.append(Levels(_nested(gain), _nested(offset), _nested(gamma), axis))
    if there[3] and far.noise:
        steps.append(Noise(float(rng.uniform(0, far.noise)), int(rng.integers(2**62))))
    return steps


def _field(ranges: FieldRange, grid: Grid, rng: np.random.Generator) -> Step:
    ends = np.array(grid.shape) - 0.5
    corners = np.stack(np.meshgrid(*[(-0.5, end) for end in ends], indexing="ij"), -1).reshape(-1, grid.axes)
    planes = sample_planes((grid.to_mm(corners) - grid.centre)[None], ranges, rng)[0]
    return FieldOfView(rows(planes))


def _nested(values: ArrayLike) -> tuple:  # type: ignore[type-arg]
    """An array as tuples of numbers."""

    def tuples(value: object) -> object:
        return tuple(map(tuples, value)) if isinstance(value, list) else value

    found = tuples(np.asarray(values, dtype=np.float64).tolist())
    assert isinstance(found, tuple)
    return found
