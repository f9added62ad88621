"""Directions in which a surface faces."""

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.meshes.surface import Surface


def face_crosses(surface: Surface) -> NDArray[np.float64]:
    """Normals of the triangles, shape (F, 3), as long as twice their areas, mm^2."""
    a, b, c = (surface.vertices[surface.faces[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)


def face_normals(surface: Surface) -> NDArray[np.float64]:
    """Unit normals of the triangles, shape (F, 3); zero for a triangle without area."""
    return unit(face_crosses(surface))


def vertex_normals(surface: Surface) -> NDArray[np.float64]:
    """Unit normals at the vertices, shape (V, 3): means over their triangles, weighted by area."""
    crosses = face_crosses(surface)
    sums = np.zeros_like(surface.vertices)
    for corner in range(3):
        np.add.at(sums, surface.faces[:, corner], crosses)
    return unit(sums)


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vectors, shape (..., 3), of length one; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0))
