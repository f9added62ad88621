"""An object known exactly at every point, and placements of grids, for tests of engine and tasks."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from craniomark.engine.image import Image, grid_points
from craniomark.ground.geometry.fits import apply, invert
from craniomark.ground.geometry.rotations import random_rotations

Array = NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)


@dataclass(frozen=True, eq=False)
class Blobs:
    """A sum of Gaussians: value and slope have closed forms, so that any image of it is exact."""

    centres: Array
    widths: Array
    heights: Array

    def __call__(self, points: ArrayLike) -> Array:
        """Brightness at points, shape (..., 3) mm."""
        points = np.asarray(points, dtype=np.float64)
        values = np.zeros(points.shape[:-1])
        for centre, width, height in zip(self.centres, self.widths, self.heights, strict=True):
            values += height * np.exp(-((points - centre) ** 2).sum(-1) / (2 * width**2))
        return values

    def slope(self, points: ArrayLike) -> Array:
        """Gradient per mm, shape (..., 3)."""
        points = np.asarray(points, dtype=np.float64)
        slopes = np.zeros(points.shape)
        for centre, width, height in zip(self.centres, self.widths, self.heights, strict=True):
            away = points - centre
            values = height * np.exp(-(away**2).sum(-1) / (2 * width**2))
            slopes -= values[..., None] * away / width**2
        return slopes


def asymmetric(radii: ArrayLike, count: int, width: float, seed: int = 3) -> Blobs:
    """Blobs spread over an ellipsoid about the origin, brightness about 1, like no mirror image of it."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(count, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    centres = directions * np.cbrt(rng.uniform(0.1, 1, (count, 1))) * np.asarray(radii)
    return Blobs(centres, width * rng.uniform(0.8, 1.3, count), rng.uniform(0.5, 1.1, count))


def grid(half: ArrayLike, spacing: ArrayLike, centre: ArrayLike = 0.0) -> tuple[tuple[int, int, int], Array]:
    """Shape and matrix of an axis-aligned grid that reaches `half` mm to either side of `centre`."""
    half, spacing = np.broadcast_to(half, 3).astype(float), np.broadcast_to(spacing, 3).astype(float)
    i, j, k = (int(n) for n in np.round(2 * half / spacing) + 1)
    matrix = np.diag([*spacing, 1.0])
    matrix[:3, 3] = np.broadcast_to(centre, 3) - half
    return (i, j, k), matrix


def image_of(
    brightness: Callable[[Array], Array],
    shape: tuple[int, int, int],
    matrix: Array,
    pose: Array | None = None,
) -> Image:
    """Image on a grid of an object whose own frame `pose` brings to LPS mm."""
    points = grid_points(shape, matrix).numpy().astype(np.float64)
    values = brightness(points if pose is None else apply(invert(pose), points))
    return Image(torch.from_numpy(values.astype(np.float32)), matrix)


def oblique(rng: np.random.Generator) -> Array:
    """Voxel-to-LPS matrix: any rotation, left-handed every second time, voxels of unequal sides."""
    matrix = np.eye(4)
    flip = np.diag([rng.choice([-1.0, 1.0]), 1.0, 1.0])
    matrix[:3, :3] = random_rotations(1, rng)[0] @ flip @ np.diag(rng.uniform(0.2, 1.0, 3))
    matrix[:3, 3] = rng.uniform(-20, 20, 3)
    return matrix


def similarity(turn: Array, scale: float = 1.0, shift: ArrayLike = 0.0, about: ArrayLike = 0.0) -> Array:
    """4x4 matrix that turns and scales about a point and then shifts, mm."""
    matrix, about = np.eye(4), np.broadcast_to(about, 3)
    matrix[:3, :3] = scale * turn
    matrix[:3, 3] = about + np.broadcast_to(shift, 3) - matrix[:3, :3] @ about
    return matrix


def small_turn(degrees: float, rng: np.random.Generator) -> Array:
    """Rotation by an angle about a random axis."""
    from scipy.spatial.transform import Rotation

    axis = rng.normal(size=3)
    return Rotation.from_rotvec(np.radians(degrees) * axis / np.linalg.norm(axis)).as_matrix()


def tensor(values: ArrayLike) -> torch.Tensor:
    """Float32 tensor."""
    return torch.as_tensor(np.asarray(values), dtype=torch.float32)
