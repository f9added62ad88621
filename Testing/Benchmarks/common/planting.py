"""Faults planted in scans and in given landmarks, each a function of its seed."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial.transform import Rotation

from common.posing import cut
from common.specimens import Known
from craniomark.ground.geometry import apply, invert
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.volumes import Volume

Array = NDArray[np.float64]

BALLS, APART_MM = 4, 4.0
"""Regions spoilt in one scan, and how far from one another their centres lie at least."""
MISSING_MM = 1.0, 1.5
SMOOTHED_MM, SMOOTHED_SIGMA_MM = 1.5, (0.3, 0.5)
CUTS = 0.1, 0.35
MOVED, MOVED_MM = 8, (0.5, 2.0)
TURN_DEGREES, SHIFT_MM = (15.0, 40.0), (2.0, 4.0)


@dataclass(frozen=True, eq=False)
class Planted:
    """A scan with faults.

    Attributes
    ----------
    volume : Volume
        The scan.
    amounts : dict of str to float
        Landmarks that the faults concern, and how strong each fault is: radius or blur in mm, or
        share of the bone's length.
    centres : tuple of str
        Those of them that lie in the middle of a spoilt ball.
    """

    volume: Volume
    amounts: dict[str, float]
    centres: tuple[str, ...] = ()


def missing_bone(known: Known, rng: np.random.Generator) -> Planted:
    """Balls about landmarks set to air."""
    volume, centres = known.volume(), _centres(known, rng)
    radii = rng.uniform(*MISSING_MM, len(centres))
    array, air = volume.array.copy(), np.percentile(volume.array, 2)
    amounts: dict[str, float] = {}
    for label, radius in zip(centres, radii.tolist(), strict=True):
        centre = known.truth.ordered([label]).points[0]
        box, inside = _ball(volume, centre, radius)
        array[box][inside] = air
        amounts |= dict.fromkeys(_labels_within(known, centre, radius), radius)
    return Planted(replace(volume, array=array), amounts, centres)


def smoothed_region(known: Known, rng: np.random.Generator) -> Planted:
    """Balls about landmarks blurred."""
    volume, centres = known.volume(), _centres(known, rng)
    sigmas = rng.uniform(*SMOOTHED_SIGMA_MM, len(centres))
    array = volume.array.astype(np.float32)
    amounts: dict[str, float] = {}
    for label, sigma in zip(centres, sigmas.tolist(), strict=True):
        centre = known.truth.ordered([label]).points[0]
        wide, _ = _ball(volume, centre, SMOOTHED_MM + 3 * sigma)
        blurred = np.zeros_like(array)
        blurred[wide] = gaussian_filter(array[wide], sigma / volume.spacing)
        box, inside = _ball(volume, centre, SMOOTHED_MM)
        array[box][inside] = blurred[box][inside]
        amounts |= dict.fromkeys(_labels_within(known, centre, SMOOTHED_MM), sigma)
    return Planted(replace(volume, array=array), amounts, centres)


def cut_view(known: Known, rng: np.random.Generator) -> Planted:
    """A scan that ends too early on one side; the faults are the landmarks beyond its end."""
    share = float(rng.uniform(*CUTS))
    part = cut(known.volume(), int(rng.integers(3)), share, bool(rng.integers(2)))
    index = apply(invert(part.matrix), known.truth.points)
    outside = ((index < -0.5) | (index > np.array(part.shape) - 0.5)).any(1)
    labels = [label for label, beyond in zip(known.truth.labels, outside, strict=True) if beyond]
    return Planted(part, dict.fromkeys(labels, share))


def moved_points(truth: LandmarkSet, rng: np.random.Generator) -> tuple[LandmarkSet, dict[str, float]]:
    """Given landmarks of which some lie wrong, and by how many mm each of these."""
    rows = rng.choice(len(truth), min(MOVED, len(truth)), replace=False)
    away = rng.uniform(*MOVED_MM, len(rows))
    directions = rng.normal(size=(len(rows), 3))
    points = truth.points.copy()
    points[rows] += away[:, None] * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return replace(truth, points=points), {
        truth.labels[row]: float(mm) for row, mm in zip(rows, away, strict=True)
    }


def wrong_pose(centre: Array, rng: np.random.Generator) -> tuple[Array, float]:
    """A turn about `centre` and a shift, 4x4, too large for a start; and the degrees."""
    degrees = float(rng.uniform(*TURN_DEGREES))
    axis, shift = rng.normal(size=3), rng.normal(size=3)
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_rotvec(np.radians(degrees) * axis / np.linalg.norm(axis)).as_matrix()
    pose[:3, 3] = centre - pose[:3, :3] @ centre + rng.uniform(*SHIFT_MM) * shift / np.linalg.norm(shift)
    return pose, degrees


def _centres(known: Known, rng: np.random.Generator) -> tuple[str, ...]:
    """Landmarks at random, none near another."""
    points, chosen = known.truth.points, []
    for row in rng.permutation(len(points)):
        if all(np.linalg.norm(points[row] - points[other]) > APART_MM for other in chosen):
            chosen.append(int(row))
    return tuple(known.truth.labels[row] for row in chosen[:BALLS])


def _labels_within(known: Known, centre: Array, radius: float) -> list[str]:
    """Landmarks whose true place is in a ball."""
    near = np.linalg.norm(known.truth.points - centre, axis=1) <= radius
    return [label for label, inside in zip(known.truth.labels, near, strict=True) if inside]


def _ball(volume: Volume, centre: Array, radius: float) -> tuple[tuple[slice, ...], NDArray[np.bool_]]:
    """The box of voxels about a ball, and which of them lie inside."""
    middle, reach = volume.to_index(centre), radius / volume.spacing + 1
    low = np.maximum(np.floor(middle - reach).astype(int), 0)
    high = np.minimum(np.ceil(middle + reach).astype(int) + 1, volume.shape)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    index = np.stack(
        np.meshgrid(*[np.arange(a, b) for a, b in zip(low, high, strict=True)], indexing="ij"), -1
    )
    return box, np.linalg.norm(volume.to_lps(index) - centre, axis=-1) <= radius
