"""Pieces of a mesh that hang together."""

from os import PathLike

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.meshes.surface import Surface


def largest_component(surface: Surface, path: str | PathLike[str]) -> Surface:
    """The piece with the most triangles; a note tells how many others were left out.

    Parameters
    ----------
    surface : Surface
        LPS mm.
    path : path
        File named in the error.

    Raises
    ------
    InputError
        If there is no triangle.
    """
    if not len(surface.faces):
        raise InputError(path, "faces", "none", "give a surface mesh, not a cloud of points or lines")
    labels = face_components(surface)
    sizes = np.bincount(labels)
    if len(sizes) == 1:
        return surface
    note = f"{len(sizes) - 1} smaller pieces of the mesh were left out."
    return faces_kept(surface, labels == sizes.argmax(), note)


def face_components(surface: Surface) -> NDArray[np.int64]:
    """Number of the piece of each triangle, shape (F,); triangles that share a vertex are of one."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    a, b, c = surface.faces.T
    rows, columns = np.concatenate([a, b]), np.concatenate([b, c])
    count = len(surface.vertices)
    graph = coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(count, count))
    labels = connected_components(graph, directed=False)[1][a]
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int64).reshape(-1)


def faces_kept(surface: Surface, kept: NDArray[np.bool_], note: str = "") -> Surface:
    """The surface of some of the triangles, without the vertices that none of them uses."""
    faces = surface.faces[kept]
    used = np.zeros(len(surface.vertices), dtype=bool)
    used[faces] = True
    scalars = {name: np.asarray(values)[used] for name, values in surface.scalars.items()}
    notes = (*surface.notes, note) if note else surface.notes
    number = np.cumsum(used) - 1
    return Surface(surface.vertices[used], number[faces], scalars, surface.left_right_known, notes)
