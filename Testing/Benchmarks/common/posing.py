"""Scans put in random poses, cut, padded, brightened and resampled, as scanners might deliver them."""

from dataclasses import dataclass, replace

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from craniomark.ground.geometry import apply, invert, random_rotations
from craniomark.ground.volumes import Volume

Array = NDArray[np.float64]
_CROP_MM, _PAD_MM = -0.1, 2.5


@dataclass(frozen=True, eq=False)
class Posed:
    """A scan in another pose.

    Attributes
    ----------
    volume : Volume
        Resampled trilinearly on a grid along the LPS axes.
    moved : ndarray, shape (4, 4)
        Original LPS mm to the new LPS mm (rotation, size, shift).
    """

    volume: Volume
    moved: Array


def pose_at_random(volume: Volume, rng: np.random.Generator) -> Posed:
    """Any rotation, 20 mm of shift, size +-12 %, gain x0.5 to x2, spacing .07 to .13 mm, cropped or padded.

    The new grid ends between 0.1 mm inside and 2.5 mm outside the bone, on each of its six sides.
    """
    turn = random_rotations(1, rng)[0]
    size = rng.uniform(0.88, 1.12)
    moved = np.eye(4)
    moved[:3, :3] = size * turn
    moved[:3, 3] = volume.centre + rng.uniform(-20, 20, 3) - moved[:3, :3] @ volume.centre
    spacing = rng.uniform(0.07, 0.13, 3)
    gain = 2 ** rng.uniform(-1, 1)
    low, high = bone_corners(volume, moved)
    low, high = low - rng.uniform(_CROP_MM, _PAD_MM, 3), high + rng.uniform(_CROP_MM, _PAD_MM, 3)
    resampled = _resampled(volume, moved, low, high, spacing)
    array = (resampled.array * gain).astype(np.float32)
    return Posed(replace(resampled, array=array, left_right_known=volume.left_right_known), moved)


def bone_corners(volume: Volume, moved: Array) -> tuple[Array, Array]:
    """Corners of the box around the bone after it was moved, LPS mm."""
    step = 3
    thinned = volume.array[::step, ::step, ::step]
    threshold = 0.25 * float(np.percentile(thinned[thinned > 0], 99.5))
    points = apply(moved, volume.to_lps(np.argwhere(thinned > threshold) * step))
    return np.percentile(points, 0.02, axis=0), np.percentile(points, 99.98, axis=0)


def cut(volume: Volume, axis: int, share: float, far_end: bool) -> Volume:
    """The scan without `share` of its bone's length along an axis of its grid."""
    low, high = bone_corners(volume, np.eye(4))
    index = np.sort(volume.to_index(np.array([low, high])), axis=0)
    first, last = index[0, axis], index[1, axis]
    at = round(first + (last - first) * ((1 - share) if far_end else share))
    kept = [slice(None)] * 3
    kept[axis] = slice(0, at) if far_end else slice(at, None)
    matrix = volume.matrix.copy()
    if not far_end:
        matrix[:3, 3] += at * volume.matrix[:3, axis]
    return replace(volume, array=np.ascontiguousarray(volume.array[tuple(kept)]), matrix=matrix)


def _resampled(volume: Volume, moved: Array, low: Array, high: Array, spacing: Array) -> Volume:
    image = sitk.GetImageFromArray(np.ascontiguousarray(volume.array.T).astype(np.float32))
    image.SetOrigin(volume.matrix[:3, 3].tolist())
    image.SetSpacing(volume.spacing.tolist())
    image.SetDirection((volume.matrix[:3, :3] / volume.spacing).ravel().tolist())
    back = invert(moved)
    transform = sitk.AffineTransform(3)
    transform.SetMatrix(back[:3, :3].ravel().tolist())
    transform.SetTranslation(back[:3, 3].tolist())
    counts = [int(n) for n in np.ceil((high - low) / spacing) + 1]
    identity = np.eye(3).ravel().tolist()
    out = sitk.Resample(
        image, counts, transform, sitk.sitkLinear, low.tolist(), spacing.tolist(), identity, 0.0
    )
    matrix = np.diag([*spacing, 1.0])
    matrix[:3, 3] = low
    return Volume(sitk.GetArrayFromImage(out).T, matrix)
