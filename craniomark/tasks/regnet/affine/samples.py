"""Pairs that are made from one image: turned, scaled, sheared and shifted, and each looking otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.example import Example
from craniomark.engine.families import FamilyName
from craniomark.engine.image import Image
from craniomark.ground.checks import InputError
from craniomark.parts.augment.fieldofview import FieldRange, cut_away, sample_planes
from craniomark.parts.augment.intensity import IntensityRange, sample_intensity, with_intensity
from craniomark.parts.augment.pose import index_maps, resampled
from craniomark.parts.nets.levels import normalised
from craniomark.tasks.regnet.affine.cubes import coarse_view
from craniomark.tasks.regnet.affine.network import AffineSettings
from craniomark.tasks.regnet.affine.numbers import matrices_of, scale_count, shear_count, turn_count

Array = NDArray[np.float64]
_BONE_POINTS = 400
_MARGIN = 1.15


@dataclass(frozen=True)
class PairSettings:
    """How pairs are made.

    Attributes
    ----------
    batch : int
        Pairs in each step.
    degrees : float
        Largest angle between the two images; half of the pairs have a quarter of it and of what follows.
    scale, shear : float
        Largest deviation of the scale from 1, and largest shear, where the family has them.
    shift : float
        Largest translation, ratio of half the image.
    pose : float
        Largest angle, degrees, of the fixed image to the template.
    intensity : IntensityRange
        Of each image by itself; noise in units of bone brightness.
    field : FieldRange
        Field of view of each image by itself; in 3-D.
    """

    batch: int = 16
    degrees: float = 75.0
    scale: float = 0.15
    shear: float = 0.08
    shift: float = 0.12
    pose: float = 30.0
    intensity: IntensityRange = field(default_factory=lambda: IntensityRange(1.0, 0.7, 0.08, 0.6, 0.3))
    field: FieldRange = field(default_factory=lambda: FieldRange(0.05, 0.2, 4.0, 0.4))

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise ValueError(f"batch is {self.batch}: give at least 1")
        for name, most in (
            ("degrees", 175.0),
            ("scale", 0.5),
            ("shear", 0.5),
            ("shift", 0.5),
            ("pose", 180.0),
        ):
            if not 0 <= getattr(self, name) <= most:
                raise ValueError(f"{name} is {getattr(self, name)}: give 0 to {most:g}")


PLAIN = PairSettings(intensity=IntensityRange(), field=FieldRange())
"""Moved, and nothing else."""


@dataclass(frozen=True, eq=False)
class Stock:
    """Specimens as small images on one grid, in the template's frame.

    Attributes
    ----------
    images : Tensor, shape (S, 1, I, J[, K])
        Bone brightness about 1.
    matrix : ndarray, shape (D + 1, D + 1)
        Voxel index to template mm.
    bone : ndarray, shape (S, P, D)
        Places of bright voxels, mm.
    points : ndarray, shape (S, L, D)
        Landmarks, mm; NaN where missing.
    names : tuple of str
        Specimens.
    """

    images: torch.Tensor
    matrix: Array
    bone: Array
    points: Array
    names: tuple[str, ...]

    @classmethod
    def of(cls, examples: Sequence[Example], settings: AffineSettings) -> "Stock":
        """Specimens shrunk to what the cubes can show; in 2-D their mean along the first axis.

        Raises
        ------
        ValueError
            If there are none.
        InputError
            If one has nothing in the template's place.
        """
        if not examples:
            raise ValueError("no specimens to make pairs of")
        step = settings.spacing / 2
        edge = int(np.ceil(2 * _MARGIN * settings.reach / step)) + 1
        middle = np.nanmean(np.concatenate([e.points for e in examples]), 0)
        matrix = np.diag([step, step, step, 1.0])
        matrix[:3, 3] = middle - step * (edge - 1) / 2
        images = [coarse_view(e.image, settings.spacing).on_grid((edge,) * 3, matrix) for e in examples]
        bone = np.stack([_bone_of(image, e.id) for image, e in zip(images, examples, strict=True)])
        stacked = torch.stack([image.voxels[None].cpu() for image in images])
        points = np.stack([e.points for e in examples])
        if settings.axes == 2:
            stacked, matrix = stacked.mean(2), np.delete(np.delete(matrix, 0, 0), 0, 1)
            bone, points = bone[..., 1:], points[..., 1:]
        return cls(stacked, matrix, bone, points, tuple(e.id for e in examples))


def sample_pairs(
    stock: Stock, settings: AffineSettings, samples: PairSettings, rng: np.random.Generator
) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """Pairs of cubes, both of the same specimen, and the map between them.

    Parameters
    ----------
    stock : Stock
        Specimens; each is taken as often as any other.
    settings : AffineSettings
        What cubes look like, and the family of the maps.
    samples : PairSettings
        How far the two images are from one another.
    rng : Generator
        All chance comes from it.

    Returns
    -------
    dict of str to Tensor
        ``fixed`` and ``moving`` (B, 1, size, size[, size]), and ``maps`` (B, D + 1, D + 1) in units of the
        reach, fixed to moving.
    tuple of str
        The specimen of each pair.
    """
    count = samples.batch
    rows = rng.permutation(np.arange(count) + rng.integers(len(stock.names))) % len(stock.names)
    moved = placed(stock, rows, settings, samples, rng)
    cubes = [_cubes(stock, rows, poses, settings, samples, rng) for poses in (moved.fixed, moved.moving)]
    maps = torch.from_numpy(moved.maps.astype(np.float32))
    told = {"fixed": cubes[0], "moving": cubes[1], "maps": maps}
    return told, tuple(stock.names[row] for row in rows)


@dataclass(frozen=True, eq=False)
class Placed:
    """Where the two images of each pair lie.

    Attributes
    ----------
    fixed, moving : ndarray, shape (B, D + 1, D + 1)
        Template mm to the mm of each image's cube, whose centre is the origin.
    maps : ndarray, shape (B, D + 1, D + 1)
        Fixed to moving, in units of the reach.
    """

    fixed: Array
    moving: Array
    maps: Array


def placed(
    stock: Stock, rows: NDArray[np.int64], settings: AffineSettings, samples: PairSettings,
    rng: np.random.Generator,
) -> Placed:  # fmt: skip
    """Draw poses for pairs of images; those of another specimen lie as the first one's would."""
    count, axes = len(rows), settings.axes
    pose = _drawn(count, "rigid", axes, PairSettings(degrees=samples.pose, scale=0, shift=0.08), rng, 1.0)
    share = np.where(rng.random(count) < 0.5, 1.0, 0.25)
    maps = _drawn(count, settings.family, axes, samples, rng, share)
    fixed = pose.copy()
    fixed[:, :-1, -1] *= settings.reach
    fixed[:, :-1, -1] -= np.einsum("nij,nj->ni", pose[:, :-1, :-1], stock.bone[rows].mean(1))
    about = maps.copy()
    about[:, :-1, -1] *= settings.reach
    moving = about @ fixed
    return Placed(fixed, moving, maps)


def cubes_of(stock: Stock, rows: NDArray[np.int64], poses: Array, settings: AffineSettings) -> torch.Tensor:
    """Normalised cubes of specimens under poses, shape (B, 1, size, size[, size]), otherwise unchanged."""
    return normalised(_seen(stock, rows, poses, settings), settings.bright)


def _cubes(
    stock: Stock, rows: NDArray[np.int64], poses: Array, settings: AffineSettings, samples: PairSettings,
    rng: np.random.Generator,
) -> torch.Tensor:  # fmt: skip
    seen = _seen(stock, rows, poses, settings)
    seen = with_intensity(seen, sample_intensity(len(rows), samples.intensity, rng, settings.axes))
    if settings.axes == 3:
        bone = stock.bone[rows] @ poses[:, :-1, :-1].swapaxes(1, 2) + poses[:, None, :-1, -1]
        seen = cut_away(seen, _grid(settings), sample_planes(bone, samples.field, rng))
    return normalised(seen, settings.bright)


def _seen(stock: Stock, rows: NDArray[np.int64], poses: Array, settings: AffineSettings) -> torch.Tensor:
    maps = index_maps(stock.matrix, poses, _grid(settings))
    return resampled(stock.images[rows], maps, (settings.size,) * settings.axes)


def _grid(settings: AffineSettings) -> Array:
    grid = np.diag([*(settings.spacing,) * settings.axes, 1.0])
    grid[:-1, -1] = -settings.spacing * (settings.size - 1) / 2
    return grid


def _drawn(
    count: int, family: FamilyName, axes: int, samples: PairSettings, rng: np.random.Generator,
    share: Array | float,
) -> Array:  # fmt: skip
    """Random maps of a family, shape (B, D + 1, D + 1), in units of the reach."""
    turn = rng.normal(size=(count, turn_count(axes)))
    turn /= np.linalg.norm(turn, axis=1, keepdims=True)
    turn *= np.radians(rng.uniform(0, samples.degrees, (count, 1)))
    parts = [
        turn,
        rng.uniform(-samples.scale, samples.scale, (count, scale_count(family, axes))),
        rng.uniform(-samples.shear, samples.shear, (count, shear_count(family, axes))),
        rng.uniform(-samples.shift, samples.shift, (count, axes)),
    ]
    numbers = np.concatenate(parts, 1) * np.broadcast_to(share, count)[:, None]
    return np.asarray(matrices_of(torch.from_numpy(numbers), family, axes).numpy())


def _bone_of(image: Image, name: str) -> Array:
    """Places of the brightest 1 % of the voxels, thinned evenly, mm."""
    voxels = image.voxels.flatten()
    index = torch.topk(voxels, max(len(voxels) // 100, _BONE_POINTS)).indices
    if float(voxels[index[0]]) <= 0:
        remedy = "check that scan and landmarks belong together, or leave it out"
        raise InputError(
            name or "a specimen", "scan", "empty where its landmarks say that the skull is", remedy
        )
    kept = index[torch.linspace(0, len(index) - 1, _BONE_POINTS).long()].cpu().numpy()
    places = np.stack(np.unravel_index(kept, image.shape), -1)
    return np.asarray(places @ image.matrix[:3, :3].T + image.matrix[:3, 3])
