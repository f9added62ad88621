"""Ellipsoids of known axes as images, particles and meshes."""

from pathlib import Path

import numpy as np

from craniomark.flows.shape.particle_files import write_particles
from craniomark.ground.meshes import write_surface
from craniomark.ground.meshes.isosurface import isosurface
from craniomark.ground.volumes import Volume, write_volume

SIZE, SPACING = 60, 0.4
COUNT = 96
MATRIX = np.diag([SPACING] * 3 + [1.0])
MATRIX[:3, 3] = -SPACING * (SIZE - 1) / 2


def sphere(count: int = COUNT) -> np.ndarray:
    """Return points on the unit sphere, in a spiral."""
    n = np.arange(count)
    z = 1 - 2 * (n + 0.5) / count
    turn, radius = np.pi * (1 + 5**0.5) * n, np.sqrt(1 - z**2)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), z], axis=1)


def axes_of(number: int) -> np.ndarray:
    """Return half axes, mm, of a specimen."""
    return np.array([5.0, 6.5, 8.0]) * (1 + 0.1 * np.random.default_rng(number).standard_normal(3))


def image_of(axes: np.ndarray) -> Volume:
    """Return a bright ellipsoid with a soft rim."""
    grid = np.stack(np.meshgrid(*[np.arange(SIZE)] * 3, indexing="ij"), -1) * SPACING + MATRIX[:3, 3]
    depth = 1 - np.sqrt(((grid / axes) ** 2).sum(-1))
    return Volume((100 / (1 + np.exp(-15 * depth))).astype(np.float32), MATRIX)


def write_ellipsoids(folder: Path, count: int) -> Path:
    """Write images, particles and meshes of specimens."""
    for number in range(count):
        axes, name = axes_of(number), f"e{number:02d}"
        image = image_of(axes)
        write_volume(image, folder / "images" / f"{name}.nrrd")
        write_particles(folder / "particles" / f"{name}.particles", sphere() * axes)
        write_surface(isosurface(image, 50.0), folder / "meshes" / f"{name}.ply")
    return folder
