"""A skull's surface as its bone: the voxels that everything made for CTs takes."""

from dataclasses import dataclass, field
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.meshes.extent import check_extent
from craniomark.ground.meshes.surface import Surface
from craniomark.ground.meshes.voxelise import voxelise
from craniomark.ground.volumes.volume import Volume

SPACING_MM = 0.1
"""Of the voxels; bone walls of mice are a few voxels thick."""
EXTENT_MM = 2.0, 600.0
"""From embryos to large mammals; beyond, the unit is wrong."""
BLUR_MM = 0.1
"""Gaussian, so that correlation has slopes to follow at the walls."""
BRIGHTEST = 200
MOST_OPEN = 0.5
"""Length of all rims of holes, as a ratio of the longest side; a mesh with more encloses nothing."""
_PARTS = 2  # per axis, of which a voxel is the mean
_MARGIN_MM = 0.8
_MOST_VOXELS_ALONG = 300


def _no_surface() -> Surface:
    return Surface(np.empty((0, 3)), np.empty((0, 3), dtype=np.int64))


@dataclass(frozen=True, eq=False)
class Solid(Volume):
    """The bone between the walls of a surface, as a volume.

    Attributes
    ----------
    surface : Surface
        What it was made from, LPS mm; landmarks are put on it. Under ``moved`` it stays where it was.
    """

    surface: Surface = field(default_factory=_no_surface)


def solid_of(surface: Surface, path: str | PathLike[str]) -> Solid:
    """Fill a surface with voxels, softened at the walls.

    Outer and inner walls are taken as they are, so that a skull becomes its bone. Each voxel tells how
    much of it is bone; a light Gaussian blur follows. Voxels are `SPACING_MM` wide, wider for very large
    skulls.

    Parameters
    ----------
    surface : Surface
        Closed triangles, LPS mm.
    path : path
        File, or name of the model, named in errors.

    Returns
    -------
    Solid
        uint8, 0 for air and `BRIGHTEST` for bone.

    Raises
    ------
    InputError
        If the surface is open, encloses nothing, or is as large as no skull in millimetres.
    """
    rims = check_closed(surface, path)
    spacing = max(SPACING_MM, float(surface.extent.max()) / _MOST_VOXELS_ALONG)
    fine = voxelise(surface, spacing / _PARTS, _MARGIN_MM * spacing / SPACING_MM)
    array, matrix = _pooled(fine)
    if not array.any():
        remedy = "give the surface of the bone with its walls, not a sheet"
        raise InputError(path, "mesh", "encloses nothing", remedy)
    notes = surface.notes
    if rims:
        notes = (*notes, "The mesh has small holes, beside which landmarks may be off.")
    return Solid(array, matrix, surface.left_right_known, notes, surface)


def check_closed(surface: Surface, path: str | PathLike[str]) -> float:
    """Refuse a surface that is open, or as large as no skull in millimetres; the length, mm, of all rims.

    Raises
    ------
    InputError
        If so; names the unit that would fit.
    """
    check_extent(surface, path, *EXTENT_MM)
    rims = open_length(surface)
    if rims > MOST_OPEN * float(surface.extent.max()):
        value = f"open, as the rims of its holes are {rims:.1f} mm long together"
        remedy = "close its holes, or export it anew from the segmentation"
        raise InputError(path, "mesh", value, remedy)
    return rims


def open_length(surface: Surface) -> float:
    """Length, mm, of all edges that belong to one triangle alone; 0 for a closed surface."""
    corners = np.sort(surface.faces, axis=1).astype(np.int64)
    edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    keys = edges[:, 0] * len(surface.vertices) + edges[:, 1]
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    rims = surface.vertices[edges[first[counts == 1]]]
    return float(np.linalg.norm(rims[:, 0] - rims[:, 1], axis=1).sum())


def _pooled(fine: Volume) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Means over blocks, blurred, as small numbers."""
    from scipy.ndimage import gaussian_filter

    counts = np.array(fine.shape) // _PARTS
    i, j, k = (int(n) for n in counts)
    kept = fine.array[: i * _PARTS, : j * _PARTS, : k * _PARTS]
    blocks = kept.reshape(i, _PARTS, j, _PARTS, k, _PARTS)
    share = np.array([slab.mean(axis=(0, 2, 4), dtype=np.float32) for slab in blocks])
    matrix = fine.matrix @ np.diag([_PARTS, _PARTS, _PARTS, 1.0])
    matrix[:3, 3] += fine.matrix[:3, :3] @ np.full(3, (_PARTS - 1) / 2)
    blurred = gaussian_filter(share, BLUR_MM / SPACING_MM)
    return np.round(BRIGHTEST * blurred).astype(np.uint8), matrix
