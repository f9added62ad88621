"""Scans spoilt in ways that the network of bone masks has never seen, and how masks of them are scored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion
from scipy.spatial import cKDTree

from craniomark.ground.volumes import Volume
from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.looks import Bias, Blur, LowResolution, Noise
from craniomark.parts.augment.ranges import DefectRange, Recipe
from craniomark.parts.augment.sample import sample
from craniomark.parts.augment.transform import Transform, apply
from craniomark.tasks.segment.thresholds import bone_target, levels_of

KINDS = ("clean", "fold", "artefact", "blur", "bias field", "noise", "half resolution")
SECTIONS = 2
_FOLDS = DefectRange(fold=0.15, depth=0.5, reach=1.5, line=0.3, fill="either")
_DIRT = DefectRange(artefact=0.3, spot=3.0, fill="either")
_BLUR_MM, _BIAS, _NOISE, _COARSER = 0.08, 0.6, 0.15, 2.0


@dataclass(frozen=True, eq=False)
class Case:
    """A spoilt scan.

    Attributes
    ----------
    image : ndarray, shape (I, J, K)
        Air about 0, bone about 1.
    bone : ndarray of bool
        Truth: the threshold of the clean scan, moved with what has moved.
    spacing : ndarray, shape (3,)
        mm.
    """

    image: NDArray[np.float32]
    bone: NDArray[np.bool_]
    spacing: NDArray[np.float64]


def case_of(volume: Volume, kind: str, seed: int) -> Case:
    """The scan with faults of one kind, the same for the same seed."""
    found = levels_of(np.asarray(volume.array))
    clean = (volume.array.astype(np.float32) - found.dark) / (found.bright - found.dark)
    bone = bone_target(np.asarray(volume.array))
    transform = _transform(kind, Grid.of(volume.shape, volume.spacing), seed)
    image = torch.from_numpy(np.ascontiguousarray(clean))
    spoilt = apply(transform, image, torch.from_numpy(bone))
    assert spoilt.mask is not None
    return Case(spoilt.image.numpy(), spoilt.mask.numpy() > 0, volume.spacing)


def _transform(kind: str, grid: Grid, seed: int) -> Transform:
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    if kind in ("fold", "artefact"):
        defects = _FOLDS if kind == "fold" else _DIRT
        recipe = Recipe(sections=SECTIONS, defects=defects)
        return sample(recipe, grid.shape, np.array(grid.matrix), rng)
    steps: dict[str, Callable[[], Any]] = {
        "blur": lambda: Blur(_BLUR_MM),
        "bias field": lambda: Bias(_nested(rng.uniform(-_BIAS, _BIAS, (3, 3, 3)).tolist())),
        "noise": lambda: Noise(_NOISE, int(rng.integers(2**62))),
        "half resolution": lambda: LowResolution((_COARSER,) * 3),
    }
    return Transform(grid, (steps[kind](),) if kind in steps else ())


def dice(one: NDArray[np.bool_], two: NDArray[np.bool_]) -> float:
    """Dice coefficient."""
    both = int(one.sum()) + int(two.sum())
    return 2 * int((one & two).sum()) / both if both else 1.0


def surface_p95(one: NDArray[np.bool_], two: NDArray[np.bool_], spacing: NDArray[np.float64]) -> float:
    """95th percentile of the distances of either surface from the other, the larger one, in voxel edges.

    A voxel's edge is that of a cube as large as a voxel.
    """
    points = [np.argwhere(mask & ~binary_erosion(mask)) * spacing for mask in (one, two)]
    if not len(points[0]) or not len(points[1]):
        return float("inf")
    away = [cKDTree(b).query(a)[0] for a, b in (points, points[::-1])]
    return max(float(np.percentile(each, 95)) for each in away) / float(np.cbrt(np.prod(spacing)))


def _nested(values: Any) -> Any:
    return tuple(map(_nested, values)) if isinstance(values, list) else values
