"""Particles spread evenly over a surface, and kept so on the surfaces they are carried to."""

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.meshes.walls import Walls

Array = NDArray[np.float64]
FEWEST, MOST = 256, 4096
"""Particles of a shape."""
NEIGHBOURS = 8
_LLOYD = 6
_FACING_MM = 0.5  # how far apart places count for that look opposite ways


def spread(walls: Walls, count: int, seed: int = 0) -> tuple[Array, Array]:
    """Evenly spread particles, shape (count, 3), and the directions there, shape (count, 3).

    Farthest points (Gonzalez 1985), then a few of Lloyd's steps along the surface. Places that look
    different ways count as farther apart, so that both sides of a thin plate get their particles.

    Parameters
    ----------
    walls : Walls
        Of the surface.
    count : int
        How many.
    seed : int
        Of the first particle.
    """
    from scipy.spatial import cKDTree

    space = _space(walls.points, walls.normals[walls.triangles])
    chosen = _farthest(space, count, seed)
    for _ in range(_LLOYD):
        nearest = cKDTree(space[chosen]).query(space)[1]
        number = np.maximum(np.bincount(nearest, minlength=count), 1)
        sums = [np.bincount(nearest, space[:, axis], minlength=count) for axis in range(space.shape[1])]
        moved = cKDTree(space).query(np.stack(sums, axis=1) / number[:, None])[1]
        if len(np.unique(moved)) < count:  # two have met: what came before was even enough
            break
        chosen = moved
    return walls.points[chosen], walls.normals[walls.triangles[chosen]]


def neighbours(points: Array, directions: Array) -> NDArray[np.int64]:
    """The nearest other particles that look the same way, shape (N, `NEIGHBOURS`)."""
    from scipy.spatial import cKDTree

    space = _space(points, directions)
    return np.asarray(cKDTree(space).query(space, k=NEIGHBOURS + 1)[1][:, 1:])


def evenness(points: Array, directions: Array) -> float:
    """Coefficient of variation of the distance from each particle to the nearest that looks its way.

    0 for a lattice, about 0.5 for particles that were thrown at random.
    """
    from scipy.spatial import cKDTree

    space = _space(points, directions)
    distances = cKDTree(space).query(space, k=2)[0][:, 1]
    return float(distances.std() / distances.mean())


def relaxed(
    points: Array, directions: Array, source: Array, around: NDArray[np.int64], walls: Walls, steps: int
) -> tuple[Array, Array]:
    """Carried particles, moved along the surface to where their neighbours' places say.

    Each neighbourhood of `source` is fitted to the carried one by an affine map, so that relative
    distances of the template are kept while the particles stay on the surface.

    Parameters
    ----------
    points, directions : ndarray, shape (N, 3)
        Carried particles, mm, and where they look.
    source : ndarray, shape (N, 3)
        The template's particles, mm.
    around : ndarray, shape (N, K)
        From `neighbours`, of the template.
    walls : Walls
        Surface that the particles stay on.
    steps : int
        How many times.

    Returns
    -------
    points, directions : ndarray, shape (N, 3)
    """
    offsets = source[around] - source[:, None]
    centred = offsets - offsets.mean(axis=1, keepdims=True)
    # Almost flat neighbourhoods: a little of each axis keeps the fit defined.
    spread_of = np.einsum("nki,nkj->nij", centred, centred)
    spread_of += 0.05 * np.trace(spread_of, axis1=1, axis2=2)[:, None, None] / 3 * np.eye(3)
    inverse = np.linalg.inv(spread_of)
    for _ in range(steps):
        there = points[around]
        centre = there.mean(axis=1)
        linear = np.einsum("nki,nkj->nij", there - centre[:, None], centred) @ inverse
        expected = centre - np.einsum("nij,nj->ni", linear, offsets.mean(axis=1))
        shift = expected - points
        shift -= (shift * directions).sum(axis=1, keepdims=True) * directions
        points, directions = walls.nearest(points + 0.5 * shift, directions)
    return points, directions


def _space(points: Array, directions: Array) -> Array:
    return np.hstack([points, _FACING_MM * directions])


def _farthest(space: Array, count: int, seed: int) -> NDArray[np.int64]:
    chosen = np.empty(count, dtype=np.int64)
    chosen[0] = np.random.default_rng([seed, 1]).integers(len(space))
    nearest = np.full(len(space), np.inf)
    for number in range(1, count):
        step = space - space[chosen[number - 1]]
        np.minimum(nearest, np.einsum("sd,sd->s", step, step), out=nearest)
        chosen[number] = nearest.argmax()
    return chosen
