"""Hollow heads with a hole behind: outer and inner walls in one piece."""

import numpy as np

from craniomark.ground.meshes import Surface
from craniomark.ground.meshes.isosurface import isosurface
from craniomark.ground.volumes import Volume


def hollow_head(axes=(8.0, 10.0, 7.0), wall: float = 1.0, hole: float = 2.0, spacing: float = 0.4) -> Surface:
    """Ellipsoid shell with a snout and a round hole at its back, LPS mm."""
    size = np.ceil((np.array(axes) + 5) / spacing).astype(int) * 2 + 1
    grid = np.stack(np.meshgrid(*map(np.arange, size), indexing="ij"), -1) * spacing
    points = grid - grid.reshape(-1, 3).mean(0)
    x, y, z = np.moveaxis(points, -1, 0)
    outer = np.sqrt(((points / np.array(axes)) ** 2).sum(-1))
    inner = np.sqrt(((points / (np.array(axes) - wall)) ** 2).sum(-1))
    inside = np.minimum(1 - outer, inner - 1) * min(axes)
    snout = 1.6 - np.sqrt((x - 1.0) ** 2 + (np.maximum(-y - axes[1], 0)) ** 2 * 0.2 + (z + 2) ** 2)
    snout = np.minimum(snout, np.minimum(-y - axes[1] + 2.5, y + axes[1] + 3.0))
    inside = np.maximum(inside, snout)
    opening = np.sqrt(x**2 + z**2) - hole
    inside = np.where(y > 0, np.minimum(inside, opening), inside)
    matrix = np.diag([spacing, spacing, spacing, 1.0])
    matrix[:3, 3] = points.reshape(-1, 3)[0]
    return isosurface(Volume(inside.astype(np.float32), matrix), 0.0)
