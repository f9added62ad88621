"""What a check keeps of a specimen's scan or mesh once it was read: place, content in brief, its mask."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.datasets.mask_checks import MaskSeen, mask_seen
from craniomark.flows.pipeline.bone_box import bone_threshold
from craniomark.flows.template.scans import EXTENT_MM
from craniomark.ground.meshes import Surface, check_closed, distances_to_surface, read_surface
from craniomark.ground.specimens import Specimen
from craniomark.ground.volumes import Volume, check_extent, read_volume

Array = NDArray[np.float64]
_OFF_SURFACE = 0.025
"""Of the length of a mesh; landmarks farther from it belong elsewhere."""
_NEAR_BONE_MM = 0.02
"""Of the longest side of a scan: landmarks lie on bone, or this near to it."""
_SAMPLES = 128


@dataclass(frozen=True, eq=False)
class Seen:
    """A scan or mesh in brief.

    Attributes
    ----------
    kind : {"ct", "surface"}
    spacing : ndarray, shape (3,), or None
        Voxel size, mm; None for a mesh.
    axes : str
        Which way the voxel axes run, as letters of left, posterior, superior and their opposites.
    left_right_known : bool
        Whether the file tells an orientation.
    inside : callable
        Which points, shape (N, 3), lie in the scan's box or on the mesh.
    on_bone : callable
        Share of points that lie on bone; for a mesh, `inside` tells that already.
    content : str
        Digest of voxels or vertices, whatever format, name or order they were written in.
    form : ndarray, shape (9,)
        Moments of the bone that tell specimens apart, whatever their pose and brightness.
    mask : MaskSeen or None
        Its mask, if it has one.
    """

    kind: str
    spacing: Array | None
    axes: str
    left_right_known: bool
    inside: Callable[[Array], NDArray[np.bool_]]
    on_bone: Callable[[Array], float]
    content: str
    form: Array
    mask: MaskSeen | None


def seen(specimen: Specimen) -> Seen:
    """Read a specimen's scan or mesh, and its mask.

    Raises
    ------
    InputError
        If scan or mesh can't be read, or is as large as no skull in millimetres, or open; what is wrong
        with the mask is kept.
    """
    if specimen.kind == "surface":
        return _surface(specimen)
    volume = read_volume(specimen.path, spacing=specimen.spacing)
    check_extent(volume, specimen.path, *EXTENT_MM)
    threshold = bone_threshold(volume)
    mask = mask_seen(specimen, volume, threshold) if specimen.mask else None
    return Seen(
        "ct", volume.spacing, _axes(volume.matrix), volume.left_right_known,
        lambda points: _within(points, volume),
        _bone_nearby(volume, threshold), _voxel_digest(volume), _form(_bone_places(volume, threshold)), mask,
    )  # fmt: skip


def _surface(specimen: Specimen) -> Seen:
    surface = read_surface(specimen.path)
    check_closed(surface, specimen.path)
    reach = _OFF_SURFACE * float(surface.extent.max())

    def near(points: Array) -> NDArray[np.bool_]:
        return np.asarray(distances_to_surface(points, surface) <= reach)

    return Seen(
        "surface", None, "", surface.left_right_known, near, lambda _: 1.0,
        _vertex_digest(surface), _surface_form(surface), None,
    )  # fmt: skip


def _within(points: Array, volume: Volume) -> NDArray[np.bool_]:
    index = volume.to_index(points)
    return np.asarray(((index >= -0.5) & (index <= np.array(volume.shape) - 0.5)).all(axis=1))


def _bone_nearby(volume: Volume, threshold: float) -> Callable[[Array], float]:
    """Share of points that have a voxel of bone within a small distance, kept without the whole volume."""
    from scipy.ndimage import maximum_filter

    reach = np.maximum(1, np.rint(_NEAR_BONE_MM * float(volume.extent.max()) / volume.spacing).astype(int))
    steps = np.maximum(1, reach // 2)
    # Means of blocks would lose thin walls; the brightest voxel of each block keeps them.
    blocks = maximum_filter(volume.array, size=tuple(int(n) for n in steps))
    bone = blocks[tuple(slice(int(n) // 2, None, int(n)) for n in steps)] >= threshold
    wide = maximum_filter(bone, size=tuple(int(n) for n in 2 * np.maximum(1, reach // steps) + 1))

    def share(points: Array) -> float:
        index = np.rint((volume.to_index(points) - steps // 2) / steps).astype(int)
        index = index.clip(0, np.array(wide.shape) - 1)
        return float(wide[tuple(index.T)].mean()) if len(points) else 1.0

    return share


def _axes(matrix: Array) -> str:
    letters = []
    for column in matrix[:3, :3].T:
        axis = int(np.argmax(np.abs(column)))
        letters.append(("LPS" if column[axis] > 0 else "RAI")[axis])
    return "".join(letters)


def _along_lps(volume: Volume) -> NDArray[np.generic]:
    """The voxels with their axes in the order left, posterior, superior, as near as axes can tell."""
    matrix = volume.matrix[:3, :3] / volume.spacing
    order = [int(np.argmax(np.abs(matrix[axis]))) for axis in range(3)]
    if sorted(order) != [0, 1, 2]:
        return volume.array
    array = volume.array.transpose(order)
    for axis, source in enumerate(order):
        if matrix[axis, source] < 0:
            array = np.flip(array, axis)
    return array


def _voxel_digest(volume: Volume) -> str:
    array = _along_lps(volume)
    digest = hashlib.sha256(repr(array.shape).encode())
    for slab in array:
        digest.update(np.ascontiguousarray(slab, dtype=np.float32).tobytes())
    return digest.hexdigest()


def _bone_places(volume: Volume, threshold: float) -> Array:
    steps = [max(1, n // _SAMPLES) for n in volume.shape]
    thinned = volume.array[tuple(slice(None, None, step) for step in steps)].astype(np.float32)
    return volume.to_lps(np.argwhere(thinned >= threshold) * steps)


def _vertex_digest(surface: Surface) -> str:
    rounded = np.round(surface.vertices * 1e3).astype(np.int64)
    return hashlib.sha256(np.unique(rounded, axis=0).tobytes()).hexdigest()


def _form(places: Array, weights: Array | None = None) -> Array:
    """Spread, skewness and kurtosis of places along their principal axes, shape (9,).

    They change neither with pose nor with brightness, and hardly with noise or a crop of the air.
    """
    if len(places) < 4:
        return np.full(9, np.nan)
    weights = np.ones(len(places)) if weights is None else weights
    weights = weights / weights.sum()
    centred = places - weights @ places
    values, axes = np.linalg.eigh((centred * weights[:, None]).T @ centred)
    spread = np.sqrt(np.maximum(values, 1e-12))
    along = centred @ axes / spread
    return np.concatenate([np.log(spread), np.abs(weights @ along**3), np.log(weights @ along**4)])


def _surface_form(surface: Surface) -> Array:
    corners = surface.vertices[surface.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return _form(corners.mean(axis=1), np.linalg.norm(normals, axis=1))
