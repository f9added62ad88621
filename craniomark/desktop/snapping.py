"""A point put onto the nearest bone surface of its scan."""

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.meshes import Surface, nearest_on_surface
from craniomark.ground.volumes import Volume

REACH_MM = 1.5
_FLAT = 1e-6


def on_bone(
    volume: Volume, point: NDArray[np.float64], threshold: float, reach_mm: float = REACH_MM
) -> NDArray[np.float64] | None:
    """The nearest place along the gradient where brightness passes the threshold.

    Parameters
    ----------
    volume : Volume
        The scan.
    point : ndarray, shape (3,)
        LPS mm.
    threshold : float
        Brightness of the surface.
    reach_mm : float
        How far it may be.

    Returns
    -------
    ndarray, shape (3,), or None
        LPS mm; None where the brightness does not change, or no surface is so near.
    """
    step = float(np.linalg.norm(volume.matrix[:3, :3], axis=0).min())
    along = _gradient(volume, point, step)
    length = float(np.linalg.norm(along))
    if not np.isfinite(length) or length <= _FLAT:
        return None
    count = int(np.ceil(reach_mm / (step / 4)))
    distances = np.linspace(-reach_mm, reach_mm, 2 * count + 1)
    line = point + distances[:, None] * (along / length)
    over = brightness(volume, line) - threshold
    with np.errstate(invalid="ignore"):
        at = np.flatnonzero((over[:-1] < 0) != (over[1:] < 0))
    at = at[np.isfinite(over[at]) & np.isfinite(over[at + 1])]
    if not len(at):
        return None
    share = over[at] / (over[at] - over[at + 1])
    found = distances[at] + share * (distances[at + 1] - distances[at])
    nearest = found[np.argmin(np.abs(found))]
    return np.asarray(point + nearest * along / length)


def on_mesh(
    surface: Surface, point: NDArray[np.float64], reach_mm: float = REACH_MM
) -> NDArray[np.float64] | None:
    """The nearest place of a surface, LPS mm, shape (3,); None where none is so near."""
    nearest = nearest_on_surface(point[None], surface)[0]
    return nearest if np.linalg.norm(nearest - point) <= reach_mm else None


def brightness(volume: Volume, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Brightness at points, shape (N, 3) LPS mm, by trilinear interpolation; NaN outside of the volume."""
    inverse = np.linalg.inv(volume.matrix)
    index = points @ inverse[:3, :3].T + inverse[:3, 3]
    top = np.array(volume.shape) - 1
    inside = ((index >= 0) & (index <= top)).all(axis=1)
    low = np.clip(np.floor(index), 0, np.maximum(top - 1, 0)).astype(int)
    share = np.clip(index - low, 0, 1)
    total = np.zeros(len(points))
    for corner in np.ndindex(2, 2, 2):
        i, j, k = np.minimum(low + corner, top).T
        weight = np.where(corner, share, 1 - share).prod(axis=1)
        total += weight * volume.array[i, j, k].astype(np.float64)
    return np.where(inside, total, np.nan)


def _gradient(volume: Volume, point: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Central differences over two voxels, so that noise of single ones counts little."""
    offsets = 2 * step * np.vstack([np.eye(3), -np.eye(3)])
    values = brightness(volume, point + offsets)
    return np.asarray(values[:3] - values[3:])
