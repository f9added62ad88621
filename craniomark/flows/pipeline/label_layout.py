"""Where labels stand in a picture so that they cover neither points nor one another."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DIRECTIONS = 16
_RADII = (0.9, 1.6, 2.6, 4.0, 5.5)


def place_labels(
    points: NDArray[np.float64],
    sizes: NDArray[np.float64],
    order: Sequence[int],
    bounds: tuple[float, float],
) -> NDArray[np.float64]:
    """Centres of labels beside their points, placed greedily.

    Parameters
    ----------
    points : ndarray, shape (N, 2)
        Points, pixels.
    sizes : ndarray, shape (N, 2)
        Width and height of each label, pixels.
    order : sequence of int
        Points that get a label, the most important first; others are only kept clear of.
    bounds : (float, float)
        Width and height of the picture, pixels, from 0.

    Returns
    -------
    ndarray, shape (N, 2)
        Centre of each label; NaN for points that are not in `order`.
    """
    centres = np.full(points.shape, np.nan)
    angles = np.arange(_DIRECTIONS) * 2 * np.pi / _DIRECTIONS + np.pi / 4
    unit = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for one in order:
        size = sizes[one]
        reach = np.concatenate([unit * (size / 2 + radius * size[1] * 0.6) for radius in _RADII])
        distance = np.repeat(_RADII, _DIRECTIONS)
        candidates = _inside(points[one] + reach, size, bounds)
        cost = distance * 0.35
        cost += _covered_points(candidates, size, points) * 2.0
        cost += _overlap(candidates, size, centres, sizes) * 6
        centres[one] = candidates[int(np.argmin(cost))]
    return centres


def _inside(
    candidates: NDArray[np.float64], size: NDArray[np.float64], bounds: tuple[float, float]
) -> NDArray[np.float64]:
    """Candidates pushed into the picture; in its middle where a label is larger than the picture."""
    most = np.maximum(np.array(bounds) - size / 2, np.array(bounds) / 2)
    return np.clip(candidates, np.minimum(size / 2, most), most)


def _covered_points(
    candidates: NDArray[np.float64], size: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    gap = np.abs(candidates[:, None] - points[None]) - size / 2 - 0.25 * size[1]
    return (gap < 0).all(axis=2).sum(axis=1).astype(np.float64)


def _overlap(
    candidates: NDArray[np.float64],
    size: NDArray[np.float64],
    centres: NDArray[np.float64],
    sizes: NDArray[np.float64],
) -> NDArray[np.float64]:
    placed = np.isfinite(centres[:, 0])
    if not placed.any():
        return np.zeros(len(candidates))
    shared = (size + sizes[placed]) / 2 - np.abs(candidates[:, None] - centres[None, placed])
    area = np.clip(shared, 0, None).prod(axis=2) / size.prod()
    return np.asarray((area + (area > 0) * 0.2).sum(axis=1))
