"""Bright things beside the specimen: rods, balls and tubes, as holders, other bones and labels look."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Capsules:
    """Segments of some thickness, solid or hollow; a short one is a ball.

    Attributes
    ----------
    start, end : ndarray, shape (B, N, 3)
        Ends of each axis, mm.
    radius, wall : ndarray, shape (B, N)
        Outer radius, and thickness of the wall from outside, mm.
    brightness : ndarray, shape (B, N)
        0 for one that is not there.
    """

    start: Array
    end: Array
    radius: Array
    wall: Array
    brightness: Array


def sample_capsules(
    count: int, most: int, probability: float, around: float, rng: np.random.Generator
) -> Capsules:
    """Draw up to `most` things for each of `count` images.

    Parameters
    ----------
    count, most : int
        Images, and things in each.
    probability : float
        That each of them is there.
    around : float
        Radius, mm, of the ball that holds the specimen about the origin; things lie at its edge.
    rng : Generator
        Where they are drawn from.
    """
    shape = (count, most)

    def directions() -> Array:
        drawn = rng.normal(size=(*shape, 3))
        return drawn / np.linalg.norm(drawn, axis=-1, keepdims=True)

    middle = directions() * rng.uniform(0.55, 1.2, (*shape, 1)) * around
    half = directions() * rng.uniform(0, 0.8, (*shape, 1)) * around
    radius = rng.uniform(0.05, 0.25, shape) * around
    solid = rng.random(shape) < 0.6
    wall = np.where(solid, radius, radius * rng.uniform(0.2, 0.6, shape))
    there = rng.random(shape) < probability
    brightness = np.where(there, rng.uniform(0.3, 1.5, shape), 0.0)
    return Capsules(middle - half, middle + half, radius, wall, brightness)


def with_capsules(images: torch.Tensor, to_mm: ArrayLike, things: Capsules) -> torch.Tensor:
    """The images, shape (B, C, I, J, K), with things as bright as told wherever they outshine them.

    Parameters
    ----------
    images : Tensor, shape (B, C, I, J, K)
        Air about 0.
    to_mm : array_like, shape (4, 4)
        Voxel index to mm, the same for all.
    things : Capsules
        For these B images.
    """
    rows, columns = np.nonzero(things.brightness)
    if not len(rows):
        return images
    place = np.asarray(to_mm, dtype=np.float64)
    axes = np.meshgrid(*(np.arange(n) for n in images.shape[2:]), indexing="ij")
    points = torch.from_numpy((np.stack(axes, -1) @ place[:3, :3].T + place[:3, 3]).astype(np.float32))
    edge = float(np.abs(np.linalg.det(place[:3, :3])) ** (1 / 3))
    images = images.clone()
    for row, column in zip(rows, columns, strict=True):
        one = (part[row, column] for part in vars(things).values())
        images[row] = torch.maximum(images[row], _capsule(points, edge, *one).to(images))
    return images


def _capsule(
    points: torch.Tensor, edge: float, start: Array, end: Array, radius: float, wall: float, brightness: float
) -> torch.Tensor:
    first = torch.from_numpy(start.astype(np.float32))
    axis = torch.from_numpy((end - start).astype(np.float32))
    along = ((points - first) @ axis / axis.square().sum().clamp_min(1e-9)).clamp(0, 1)
    distance = (points - first - along[..., None] * axis).norm(dim=-1)
    outer = ((radius - distance) / edge + 0.5).clamp(0, 1)
    inner = ((radius - wall - distance) / edge + 0.5).clamp(0, 1) if wall < radius else 0.0
    return brightness * (outer - inner)
