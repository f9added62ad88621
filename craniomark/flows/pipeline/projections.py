"""Maximum-intensity views of a specimen along the axes of the template frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.pipeline.bone_box import bone_box
from craniomark.ground.volumes import Volume

GRID_VOXELS = 150
"""Voxels along the longest side of the grid that is projected: fine enough for a picture."""

_SIDE_MARGIN = 0.35
_EDGE_MARGIN = 0.05


@dataclass(frozen=True, eq=False)
class Projections:
    """Three maximum-intensity views.

    Attributes
    ----------
    low, high : ndarray, shape (3,)
        Corners of the box that was projected, template LPS mm.
    along : tuple of ndarray
        Maximum along x, y and z: arrays over (y, z), (x, z) and (x, y), scaled to 0..1.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    along: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]


def project(
    volume: Volume, specimen_to_template: NDArray[np.float64], points: NDArray[np.float64]
) -> Projections:
    """Maximum-intensity views of `volume` in the template frame.

    Parameters
    ----------
    volume : Volume
        The specimen in its own LPS mm.
    specimen_to_template : ndarray, shape (4, 4)
        Specimen LPS mm to template LPS mm.
    points : ndarray, shape (N, 3)
        Landmarks in the template frame, NaN where missing; the views hold them all.

    Returns
    -------
    Projections
        Views of the bone near the landmarks.
    """
    from scipy.ndimage import affine_transform

    low, high = _box(volume.moved(specimen_to_template), points)
    step = float((high - low).max()) / GRID_VOXELS
    coarse = _thinned(volume, step)
    grid = np.diag([step, step, step, 1.0])
    grid[:3, 3] = low
    index = np.linalg.inv(coarse.matrix) @ np.linalg.inv(specimen_to_template) @ grid
    shape = tuple(int(n) for n in np.maximum(np.ceil((high - low) / step), 2))
    background = float(coarse.array[::4, ::4, ::4].min())
    image = affine_transform(
        coarse.array, index[:3, :3], index[:3, 3], shape, np.float32, order=1, cval=background
    )
    x, y, z = (_windowed(image.max(axis=axis)) for axis in range(3))
    return Projections(low, low + step * np.array(shape), (x, y, z))


def _box(oriented: Volume, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Box around the bone, kept near the landmarks so that a holder does not shrink the skull."""
    low, high = bone_box(oriented)
    present = points[np.isfinite(points).all(axis=1)]
    if len(present) > 3:
        side = np.ptp(present, axis=0).max()
        first, last = present.min(axis=0), present.max(axis=0)
        low = np.clip(low, first - _SIDE_MARGIN * side, first)
        high = np.clip(high, last, last + _SIDE_MARGIN * side)
    margin = _EDGE_MARGIN * float((high - low).max())
    return low - margin, high + margin


def _thinned(volume: Volume, step: float) -> Volume:
    """Block means where voxels are much finer than `step`, so that large scans stay quick."""
    factors = [max(1, int(step / size)) for size in volume.spacing]
    if max(factors) == 1:
        return volume
    a, b, c = factors
    i, j, k = (n // f for n, f in zip(volume.shape, factors, strict=True))
    array = np.empty((i, j, k), np.float32)
    for slab in range(i):
        block = volume.array[slab * a : (slab + 1) * a, : j * b, : k * c].astype(np.float32).mean(axis=0)
        array[slab] = block.reshape(j, b, k, c).mean(axis=(1, 3))
    matrix = volume.matrix.copy()
    matrix[:3, :3] = volume.matrix[:3, :3] * factors
    matrix[:3, 3] = volume.to_lps((np.array(factors) - 1) / 2)
    return Volume(array, matrix)


def _windowed(view: NDArray[np.float32]) -> NDArray[np.float32]:
    low, high = np.percentile(view, [10, 99.2])
    if high <= low:
        return np.zeros_like(view)
    return np.clip((view - low) / (high - low), 0, 1) ** 0.85
