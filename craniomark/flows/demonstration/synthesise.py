"""A specimen that never lived, made from a bundle's template; its true landmarks are known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from craniomark.flows.bundle import Bundle
from craniomark.ground.checks import InputError
from craniomark.ground.geometry import ShapeModel, ThinPlateSpline, apply, invert, random_rotations
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.volumes import Volume

Array = NDArray[np.float64]

_GRID = 4  # control points along each axis of the box
_BEND = 0.012  # standard deviation of their displacement, as a ratio of the box's longest side
_REACH = 0.08  # the deformation moves nothing farther than this ratio
_CLEAR = 0.06  # control points nearer to a landmark than this ratio leave the place to it
_LIMIT = 2.0  # mode scores stay within this many standard deviations
_FIELD_STEPS = 45  # along the longest side: the map is smooth, its values between are interpolated
_NOISE = 0.03  # standard deviation, as a ratio of the template's brightness
_SIZE, _SHIFT_MM = 0.08, 10.0
_GAIN, _SPACING = (0.5, 2.0), (0.9, 1.3)


@dataclass(frozen=True, eq=False)
class Synthetic:
    """A synthetic specimen.

    Attributes
    ----------
    volume : Volume
        LPS mm, in a random pose.
    truth : LandmarkSet
        Its landmarks, LPS mm.
    template_to_specimen : ndarray, shape (4, 4)
        Pose and size: the similarity that was applied after the deformation.
    """

    volume: Volume
    truth: LandmarkSet
    template_to_specimen: Array


def synthesise(bundle: Bundle, seed: int) -> Synthetic:
    """Deform, turn, move, scale, brighten and disturb the template, at another spacing.

    The map from the specimen back to the template is one thin-plate spline that carries each true landmark to
    the template's own, so that the truth is exact and not itself the result of a registration.

    Parameters
    ----------
    bundle : Bundle
        With a template, its landmarks and, if it has one, a shape model.
    seed : int
        The same seed gives the same specimen.

    Raises
    ------
    InputError
        If the template has fewer than four landmarks.
    """
    rng = np.random.default_rng(seed)
    template, landmarks = bundle.template(), bundle.landmarks()
    if landmarks.present.sum() < 4:
        raise InputError(
            bundle.source, "landmarks", landmarks.present.sum(), "make a bundle with at least four"
        )
    low, high = _box(template)
    mean = landmarks.points
    deformed = mean + _modes(bundle, mean, rng)
    back, deformed = _spline(mean, deformed, low, high, rng)
    pose = _pose((low + high) / 2, rng)
    volume = _resampled(template, back, pose, (low, high), rng)
    truth = LandmarkSet(landmarks.labels, apply(pose, deformed), notes=("Synthetic: no animal.",))
    return Synthetic(volume, truth, pose)


def _box(volume: Volume) -> tuple[Array, Array]:
    last = np.array(volume.shape) - 1
    corners = volume.to_lps(_corners(np.zeros(3), last))
    return corners.min(axis=0), corners.max(axis=0)


def _corners(low: Array, high: Array) -> Array:
    return np.array(np.meshgrid(*zip(low, high, strict=True), indexing="ij")).reshape(3, -1).T


def _modes(bundle: Bundle, mean: Array, rng: np.random.Generator) -> Array:
    """Random scores of the bundle's shape modes as displacements, mm; zero where it has none."""
    try:
        model = ShapeModel.from_arrays(bundle.shape())
    except (InputError, ValueError):
        return np.zeros_like(mean)
    if len(model.mean) != len(mean):
        return np.zeros_like(mean)
    scores = np.clip(rng.normal(size=len(model.variances)), -_LIMIT, _LIMIT) * np.sqrt(model.variances)
    return model.shape(scores) - model.mean


def _spline(
    mean: Array, deformed: Array, low: Array, high: Array, rng: np.random.Generator
) -> tuple[ThinPlateSpline, Array]:
    """The map back to the template, and the landmarks after modes and smooth deformation."""
    side = float((high - low).max())
    axes = [np.linspace(a, b, _GRID) for a, b in zip(low, high, strict=True)]
    controls = np.array(np.meshgrid(*axes, indexing="ij")).reshape(3, -1).T
    bend = ThinPlateSpline(controls, controls + rng.normal(0, _BEND * side, controls.shape))
    present = np.isfinite(mean).all(axis=1)
    between = np.linalg.norm(controls[:, None] - mean[present][None], axis=2).min(axis=1)
    free = controls[between > _CLEAR * side]
    deformed = bend(deformed)
    return ThinPlateSpline(
        np.vstack([deformed[present], bend(free)]), np.vstack([mean[present], free])
    ), deformed


def _pose(centre: Array, rng: np.random.Generator) -> Array:
    pose = np.eye(4)
    pose[:3, :3] = random_rotations(1, rng)[0] * (1 + rng.uniform(-_SIZE, _SIZE))
    pose[:3, 3] = centre - pose[:3, :3] @ centre + rng.uniform(-_SHIFT_MM, _SHIFT_MM, 3)
    return pose


def _resampled(
    template: Volume,
    back: ThinPlateSpline,
    pose: Array,
    box: tuple[Array, Array],
    rng: np.random.Generator,
) -> Volume:
    corners = apply(pose, _corners(*box))
    low, high = corners.min(axis=0), corners.max(axis=0)
    spacing: Array = np.asarray(float(template.spacing.mean()) * rng.uniform(*_SPACING, 3))
    shape = tuple(int(n) + 1 for n in np.ceil((high - low) / spacing))
    matrix = np.diag([*spacing, 1.0])
    matrix[:3, 3] = low
    field = _field(template, back, pose, low, high)
    source = template.array.astype(np.float32)
    empty = float(np.median(source[[0, -1]]))
    image = np.full(shape, empty, dtype=np.float32)
    margin = _REACH * float((box[1] - box[0]).max())
    back_pose = invert(pose)
    y, z = np.meshgrid(np.arange(shape[1]), np.arange(shape[2]), indexing="ij")
    for i in range(shape[0]):  # slice by slice: whole maps of a fine scan would not fit into memory
        here = apply(matrix, np.stack([np.full(y.shape, i), y, z], axis=-1))
        undeformed = apply(back_pose, here)
        near = ((undeformed > box[0] - margin) & (undeformed < box[1] + margin)).all(axis=-1)
        index = field((here[near] - low) / (high - low))
        image[i][near] = map_coordinates(source, index.T, order=1, cval=empty)
    bright = float(np.percentile(source, 99.5)) - empty
    gain = float(np.exp(rng.uniform(*np.log(_GAIN))))
    noise = rng.normal(0, _NOISE * bright, image.shape).astype(np.float32)
    return Volume(np.float32(gain) * (image + noise), matrix)


class _Field:
    """Template voxel indices over the specimen's box, sampled coarsely and interpolated by cubic splines."""

    def __init__(self, values: Array) -> None:
        from scipy.ndimage import spline_filter

        self.coefficients = [spline_filter(part, order=3) for part in values]
        self.last = np.array(values.shape[1:]) - 1

    def __call__(self, fraction: Array) -> Array:
        """Indices, shape (N, 3), at fractions of the box, shape (N, 3)."""
        where = (fraction * self.last).T
        parts = [
            map_coordinates(part, where, order=3, prefilter=False, mode="nearest")
            for part in self.coefficients
        ]
        return np.stack(parts, axis=1)


def _field(template: Volume, back: ThinPlateSpline, pose: Array, low: Array, high: Array) -> _Field:
    counts = np.maximum(np.ceil(_FIELD_STEPS * (high - low) / (high - low).max()).astype(int), 4)
    axes = [np.linspace(a, b, n) for a, b, n in zip(low, high, counts, strict=True)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    index = template.to_index(back(apply(invert(pose), grid)))
    return _Field(np.moveaxis(index, -1, 0))
