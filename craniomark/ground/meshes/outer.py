"""The outer wall of a skull: what can be touched from outside."""

from os import PathLike

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.meshes.components import faces_kept, largest_component
from craniomark.ground.meshes.extent import check_extent
from craniomark.ground.meshes.normals import face_normals
from craniomark.ground.meshes.solid import EXTENT_MM
from craniomark.ground.meshes.surface import Surface
from craniomark.ground.meshes.voxelise import voxelise

VOXELS_ALONG = 160
"""Voxels along the longest side, in which inside and outside are told apart."""
GAP = 0.035
"""Width of openings that are closed, as a ratio of the longest side: nerves' and vessels'."""
FORAMEN = 0.24
"""Width of the largest opening of a large cavity, as such a ratio: the great foramen's."""
ROLLED = 0.35
"""Radius of the ball that finds the parts of such a cavity, as a ratio of half `FORAMEN`."""
FEWEST_SHARE = 0.05
"""Share of the triangles below which what was found is no wall."""


def outer_surface(surface: Surface, path: str | PathLike[str]) -> Surface:
    """Triangles of the largest piece that face the air around the closed skull.

    Cavities that are wider than their openings are filled, then openings up to `GAP` are closed by a
    dilation of the bone; what the outside then still reaches is outer, and a triangle belongs to it if the
    nearest outer place lies where the triangle looks.

    Parameters
    ----------
    surface : Surface
        Closed, with outer and inner walls, LPS mm.
    path : path
        File named in errors.

    Raises
    ------
    InputError
        If the mesh is empty, as large as no skull in millimetres, or has no outer wall.
    """
    from scipy.ndimage import binary_fill_holes, distance_transform_edt

    piece = largest_component(surface, path)
    check_extent(piece, path, *EXTENT_MM)
    longest = float(piece.extent.max())
    spacing, reach = longest / VOXELS_ALONG, GAP * longest / 2
    solid = voxelise(piece, spacing, FORAMEN * longest / 2 + 2 * spacing)
    bone = _with_walls(solid.array.astype(bool), solid.matrix, piece)
    bone |= _cavity(bone, spacing, FORAMEN * longest / 2)
    closed = binary_fill_holes(distance_transform_edt(~bone, sampling=spacing) <= reach)
    distance, nearest = distance_transform_edt(closed, sampling=spacing, return_indices=True)
    centres = piece.vertices[piece.faces].mean(axis=1)
    index = tuple(np.round((centres - solid.matrix[:3, 3]) / spacing).astype(int).T)
    outside = nearest[(slice(None), *index)].T * spacing + solid.matrix[:3, 3]
    looks = ((outside - centres) * face_normals(piece)).sum(axis=1) > 0
    kept = looks & (distance[index] <= reach + 2.5 * spacing)
    if kept.mean() < FEWEST_SHARE:
        value = f"{kept.mean():.1%} of the triangles"
        remedy = "give a closed surface whose triangles face outwards, or take both walls"
        raise InputError(path, "outer wall", value, remedy)
    return largest_component(faces_kept(piece, kept), path)


def _cavity(bone: NDArray[np.bool_], spacing: float, reach: float) -> NDArray[np.bool_]:
    """Air around a ball of radius `reach`, mm, inside, as far as a smaller ball rolls without leaving."""
    from scipy.ndimage import binary_dilation, binary_fill_holes, distance_transform_edt

    away = distance_transform_edt(~bone, sampling=spacing)
    filled = binary_fill_holes(away <= reach)
    core = filled & (away > reach)
    if not core.any():
        return core
    inside = distance_transform_edt(filled, sampling=spacing) > reach
    rolled = binary_dilation(core, iterations=-1, mask=core | (inside & (away > reach * ROLLED)))
    return inside & (distance_transform_edt(~rolled, sampling=spacing) <= reach * ROLLED + spacing) & ~bone


def _with_walls(bone: NDArray[np.bool_], matrix: NDArray[np.float64], surface: Surface) -> NDArray[np.bool_]:
    """The voxels of the vertices too, so that walls thinner than a voxel have no gaps."""
    index = np.round((surface.vertices - matrix[:3, 3]) / matrix[0, 0]).astype(int)
    bone[tuple(index.T)] = True
    return bone
