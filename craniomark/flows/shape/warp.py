"""Surfaces and images that follow particles by a thin-plate spline."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from craniomark.ground.geometry import ThinPlateSpline
from craniomark.ground.meshes import Surface
from craniomark.ground.volumes import Volume

Array = NDArray[np.float64]
MOST_CONTROLS = 1024
"""Particles that a spline passes through: more cost much and bend little else."""
_COARSE = 3.0  # voxels between the places where an image's spline is evaluated


def spline(source: Array, target: Array, most: int = MOST_CONTROLS) -> ThinPlateSpline:
    """The spline that carries particles to particles, through an even choice of them where there are many."""
    if len(source) > most:
        rows = even_rows(source, most)
        source, target = source[rows], target[rows]
    kept = apart(source)
    return ThinPlateSpline(source[kept], target[kept])


def apart(points: Array) -> NDArray[np.int64]:
    """Rows of points without those that coincide with one before them."""
    from scipy.spatial import cKDTree

    twice = cKDTree(points).query_pairs(1e-5 * float(np.ptp(points, axis=0).max()), output_type="ndarray")
    return np.setdiff1d(np.arange(len(points)), twice[:, 1])


def even_rows(points: Array, count: int) -> NDArray[np.int64]:
    """Rows of points that lie far from one another: farthest points, from the first on."""
    chosen = np.zeros(count, dtype=np.int64)
    nearest = np.full(len(points), np.inf)
    for number in range(1, count):
        np.minimum(nearest, ((points - points[chosen[number - 1]]) ** 2).sum(axis=1), out=nearest)
        chosen[number] = nearest.argmax()
    return np.sort(chosen)


def warped_surface(surface: Surface, source: Array, target: Array) -> Surface:
    """A surface carried along with its particles, both shape (N, 3), mm."""
    return Surface(
        spline(source, target)(surface.vertices), surface.faces, {}, surface.left_right_known, surface.notes
    )


def warped_image(volume: Volume, source: Array, target: Array) -> Volume:
    """An image whose particles `source` have gone to `target`, both shape (N, 3), mm, on the same grid.

    The spline is evaluated on a coarser lattice and interpolated: it bends no faster than particles lie.
    """
    back = spline(target, source)
    shape = np.array(volume.shape)
    counts = np.maximum(np.ceil((shape - 1) / _COARSE).astype(int) + 1, 2)
    axes = [np.linspace(0, n - 1, m) for n, m in zip(shape, counts, strict=True)]
    index = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    shifts = volume.to_index(back(volume.to_lps(index))) - index
    fine = np.meshgrid(
        *[np.linspace(0, m - 1, n) for n, m in zip(shape, counts, strict=True)], indexing="ij", sparse=False
    )
    places = np.stack(np.meshgrid(*map(np.arange, volume.shape), indexing="ij")).astype(np.float64)
    for axis in range(3):
        places[axis] += map_coordinates(shifts[..., axis], fine, order=1, mode="nearest")
    array = volume.array.astype(np.float32, copy=False)
    warped = map_coordinates(array, places, order=1, mode="nearest")
    return Volume(warped, volume.matrix, volume.left_right_known, volume.notes)
