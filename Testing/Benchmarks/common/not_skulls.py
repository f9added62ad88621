"""Volumes that hold no skull, or none that could be trusted."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from craniomark.ground.volumes import Volume

_SPACING, _SIZE = 0.15, 120
_PARTS = 4  # blocks along each axis


def noise(_: Volume, rng: np.random.Generator) -> Volume:
    """Smoothed noise in a skull-sized box."""
    return _volume(gaussian_filter(rng.normal(size=(_SIZE,) * 3), 2.5) * 400 + 100)


def sphere(_: Volume, rng: np.random.Generator) -> Volume:
    """A hollow sphere."""
    radius = np.linalg.norm(_grid(rng), axis=-1)
    return _volume(np.where((radius < 7) & (radius > 6), 200.0, 0.0) + rng.normal(0, 3, radius.shape))


def box(_: Volume, rng: np.random.Generator) -> Volume:
    """A hollow box of a skull's proportions."""
    reach = np.abs(_grid(rng)) / np.array([4.5, 8.0, 4.0])
    deepest = reach.max(-1)
    return _volume(np.where((deepest < 1) & (deepest > 0.85), 200.0, 0.0) + rng.normal(0, 3, deepest.shape))


def tube(_: Volume, rng: np.random.Generator) -> Volume:
    """A long bone: a shaft with two thicker ends."""
    points = _grid(rng)
    along = points[..., 1]
    radius = np.hypot(points[..., 0], points[..., 2])
    outer = 1.5 + 1.5 * (np.abs(along) / 8) ** 4
    wall = (radius < outer) & (radius > outer - 0.6) & (np.abs(along) < 8)
    return _volume(np.where(wall, 200.0, 0.0) + rng.normal(0, 3, radius.shape))


def shuffled(volume: Volume, rng: np.random.Generator) -> Volume:
    """A skull cut into blocks that were put back in another order."""
    edges = [n // _PARTS for n in volume.shape]
    array = np.empty([_PARTS * e for e in edges], dtype=volume.array.dtype)
    places = list(np.ndindex(_PARTS, _PARTS, _PARTS))
    for place, source in zip(places, rng.permutation(len(places)), strict=True):
        to = tuple(slice(p * e, (p + 1) * e) for p, e in zip(place, edges, strict=True))
        of = tuple(slice(p * e, (p + 1) * e) for p, e in zip(places[source], edges, strict=True))
        array[to] = volume.array[of]
    return replace(volume, array=array)


def inverted(volume: Volume, _: np.random.Generator) -> Volume:
    """A skull whose bone is dark."""
    array = volume.array.astype(np.float32)
    return replace(volume, array=array.max() - array)


NOT_SKULLS: dict[str, Callable[[Volume, np.random.Generator], Volume]] = {
    made.__name__: made for made in (noise, sphere, box, tube, shuffled, inverted)
}


def _grid(rng: np.random.Generator) -> NDArray[np.float64]:
    axis = (np.arange(_SIZE) - (_SIZE - 1) / 2) * _SPACING
    shift = rng.uniform(-0.5, 0.5, 3)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1) + shift


def _volume(values: NDArray[np.float64]) -> Volume:
    return Volume(np.clip(values, 0, None).astype(np.float32), np.diag([_SPACING] * 3 + [1.0]))
