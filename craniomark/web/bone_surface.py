"""The bone of a scan as a surface: fine for looking, coarse while something is dragged."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.meshes import Surface
from craniomark.ground.meshes.isosurface import isosurface
from craniomark.ground.volumes import Volume

FINE_VOXELS, COARSE_VOXELS = 112, 60
"""Along the longest axis, at most."""
_FADES = 0.7
"""Thin bone is faint where voxels are averaged: so much of the threshold shows it whole."""


@dataclass(frozen=True, eq=False)
class Bone:
    """Surfaces of one scan in its own frame, LPS mm."""

    fine: Surface
    coarse: Surface


def bone_of(volume: Volume, threshold: float) -> Bone:
    """Surfaces where the brightness of a scan passes a threshold; empty where it never does."""
    made = (shrunk(volume, size) for size in (FINE_VOXELS, COARSE_VOXELS))
    levels = ((one, threshold * (_FADES if one is not volume else 1)) for one in made)
    return Bone(*(isosurface(one, level, closed=True) for one, level in levels))


def shrunk(volume: Volume, most: int) -> Volume:
    """Means over cubes of voxels, so that no axis has more than `most` of them."""
    factor = -(-max(volume.shape) // most)
    if factor <= 1:
        return volume
    sizes = [max(1, size // factor) for size in volume.shape]
    steps = [min(factor, size) for size in volume.shape]
    # ends that fill no cube are left out
    cut: NDArray[Any] = volume.array[tuple(slice(0, n * step) for n, step in zip(sizes, steps, strict=True))]
    total = np.zeros(sizes, np.float32)
    for start in np.ndindex(*steps):
        total += cut[tuple(slice(first, None, step) for first, step in zip(start, steps, strict=True))]
    matrix = volume.matrix.copy()
    matrix[:3, 3] += matrix[:3, :3] @ ((np.array(steps) - 1) / 2)
    matrix[:3, :3] = matrix[:3, :3] * steps
    return replace(volume, array=total / np.prod(steps), matrix=matrix)
