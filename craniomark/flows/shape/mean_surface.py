"""The mean surface: of each vertex, the mean of where it lies on all specimens, so that it is nobody's."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.shape.warp import spline
from craniomark.ground.geometry import similarity_fit
from craniomark.ground.meshes import Surface
from craniomark.ground.meshes.normals import vertex_normals
from craniomark.ground.meshes.walls import Walls

Array = NDArray[np.float64]
FAR_MM = 0.6
"""A wall that is farther off than this from where particles bring a vertex is another one."""


def wall_offsets(surface: Surface, source: Array, target: Array, walls: Walls) -> NDArray[np.float32]:
    """How far each vertex of a template, brought by its particles, is off a specimen's wall.

    Parameters
    ----------
    surface : Surface
        The template's walls.
    source, target : ndarray, shape (N, 3)
        Particles on the template, and those carried to the specimen in the template's pose and size.
    walls : Walls
        The specimen's, there.

    Returns
    -------
    ndarray, shape (V, 3)
        Mm; 0 where no wall that looks the same way is near.
    """
    brought = spline(source, target)(surface.vertices)
    offsets = walls.nearest(brought, vertex_normals(surface))[0] - brought
    offsets[np.linalg.norm(offsets, axis=1) > FAR_MM] = 0
    return offsets.astype(np.float32)


def mean_surface(
    surface: Surface, source: Array, mean: Array, offsets: Sequence[NDArray[np.float32]]
) -> Surface:
    """A template's surface brought to the mean particles, with what particles don't tell averaged too.

    Parameters
    ----------
    surface : Surface
        The template's walls.
    source, mean : ndarray, shape (N, 3)
        Particles on the template, and the mean ones.
    offsets : sequence of ndarray, shape (V, 3)
        Of every specimen; see `wall_offsets`.
    """
    total = np.zeros_like(surface.vertices)
    for one in offsets:
        total += one
    turn = similarity_fit(source, mean)[:3, :3]
    vertices = spline(source, mean)(surface.vertices) + total / len(offsets) @ turn.T
    return Surface(vertices, surface.faces, {}, surface.left_right_known, surface.notes)
