"""A surface ready to be asked for its nearest place, on the walls that look a given way."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.meshes.normals import face_crosses, unit
from craniomark.ground.meshes.surface import Surface

Array = NDArray[np.float64]
AGREES = 0.3
"""Cosine from which two directions agree."""
_TRIED = 48  # samples among which one that agrees is looked for
_TRIANGLES = 4


@dataclass(frozen=True, eq=False)
class Walls:
    """Even random samples of a surface with their triangles and directions.

    Attributes
    ----------
    corners : ndarray, shape (F, 3, 3)
        Of the triangles, LPS mm.
    normals : ndarray, shape (F, 3)
        Unit, of the triangles.
    points : ndarray, shape (S, 3)
        Samples, LPS mm.
    triangles : ndarray, shape (S,)
        The triangle of each sample.
    tree : scipy.spatial.cKDTree
        Of the samples.
    """

    corners: Array
    normals: Array
    points: Array
    triangles: NDArray[np.int64]
    tree: Any

    @classmethod
    def of(cls, surface: Surface, samples: int = 150_000, seed: int = 0) -> "Walls":
        """Sample a surface in proportion to area, as a function of the seed."""
        from scipy.spatial import cKDTree

        crosses = face_crosses(surface)
        areas = np.linalg.norm(crosses, axis=1)
        rng = np.random.default_rng([seed, 0])
        ends = np.cumsum(areas)
        triangles = np.searchsorted(ends, rng.uniform(0, ends[-1], samples), side="right")
        triangles = np.minimum(triangles, len(areas) - 1)
        u, v = rng.random((2, samples))
        over = u + v > 1
        u, v = np.where(over, 1 - u, u)[:, None], np.where(over, 1 - v, v)[:, None]
        corners = surface.vertices[surface.faces]
        a, b, c = (corners[triangles, corner] for corner in range(3))
        points = a + u * (b - a) + v * (c - a)
        return cls(corners, unit(crosses), points, triangles, cKDTree(points))

    def nearest(self, points: Array, directions: Array | None = None) -> tuple[Array, Array]:
        """Nearest places, shape (N, 3), and the directions there, shape (N, 3).

        Parameters
        ----------
        points : ndarray, shape (N, 3)
            LPS mm.
        directions : ndarray, shape (N, 3), optional
            Unit; walls that look elsewhere are passed over, unless no other is near.
        """
        tried = _TRIANGLES if directions is None else _TRIED
        samples = self.tree.query(points, k=tried)[1]
        triangles = self.triangles[samples]
        if directions is not None:
            agrees = (self.normals[triangles] * directions[:, None]).sum(-1) > AGREES
            order = np.argsort(~agrees, axis=1, kind="stable")[:, :_TRIANGLES]
            triangles = np.take_along_axis(triangles, order, axis=1)
            # Where some agree, those that don't are replaced by the best that does.
            good = np.take_along_axis(agrees, order, axis=1)
            triangles = np.where(good | ~good[:, :1], triangles, triangles[:, :1])
        places = np.stack([nearest_on_triangles(points, self.corners[t]) for t in triangles.T], axis=1)
        best = np.linalg.norm(places - points[:, None], axis=-1).argmin(axis=1)
        rows = np.arange(len(points))
        return places[rows, best], self.normals[triangles[rows, best]]


def nearest_on_triangles(points: Array, corners: Array) -> Array:
    """The nearest place of one triangle to each point, shape (N, 3); `corners` has shape (N, 3, 3).

    Of the foot in the plane, where it lies inside, and of the feet on the three edges.
    """
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    ab, ac, ap = b - a, c - a, points - a
    d00, d01, d11 = _dot(ab, ab), _dot(ab, ac), _dot(ac, ac)
    d20, d21 = _dot(ap, ab), _dot(ap, ac)
    area = d00 * d11 - d01 * d01
    whole = area > 1e-18
    scale = 1 / np.where(whole, area, 1.0)
    v, w = scale * (d11 * d20 - d01 * d21), scale * (d00 * d21 - d01 * d20)
    inside = whole & (v >= 0) & (w >= 0) & (v + w <= 1)
    feet = [a + v[:, None] * ab + w[:, None] * ac]
    feet += [_on_edge(points, start, end) for start, end in ((a, b), (b, c), (c, a))]
    places = np.stack(feet, axis=1)
    distances = np.linalg.norm(places - points[:, None], axis=-1)
    distances[~inside, 0] = np.inf
    return np.asarray(places[np.arange(len(points)), distances.argmin(axis=1)])


def _on_edge(points: Array, start: Array, end: Array) -> Array:
    along = end - start
    length = _dot(along, along)
    share = np.clip(_dot(points - start, along) / np.where(length > 0, length, 1.0), 0, 1)
    return np.asarray(start + share[:, None] * along)


def _dot(a: Array, b: Array) -> Array:
    return np.asarray((a * b).sum(axis=-1))
