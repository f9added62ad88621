"""What a landmark network is shown: training specimens in other poses, sizes, fields and brightness."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.parts.augment.fieldofview import FieldRange, cut_away, sample_planes, within
from craniomark.parts.augment.intensity import IntensityRange, sample_intensity, with_intensity
from craniomark.parts.augment.pose import PoseRange, index_maps, moved_points, resampled, sample_poses
from craniomark.parts.nets.conditioning import dropped
from craniomark.tasks.landmark.levels.grid import Grid

Array = NDArray[np.float64]
BONE = 0.35
"""Brightness from which a voxel is taken for bone."""
_ORDER = 1
_AROUND_MM = 3.0


@dataclass(frozen=True)
class SampleSettings:
    """How samples differ from the training specimens.

    Attributes
    ----------
    batch : int
        Samples in a step.
    pose : PoseRange
        Rotation, size and shift, once they have grown.
    first : float
        Share of `pose` at the first step; poses that grow have not helped.
    grown_after : int
        Steps until all of `pose` is used.
    intensity : IntensityRange
        Gain, contrast, noise, blur, shading.
    field : FieldRange
        Fields of view that end short of the specimen, which is taken to reach 3 mm beyond its landmarks.
    centred : bool
        The frame's origin is the middle of the bone instead of the template's (level 0).
    unknown : float
        Share of samples whose group is not told to the network.
    """

    batch: int = 2
    pose: PoseRange = field(default_factory=lambda: PoseRange(10.0, 0.06, 0.02, 0.8))
    first: float = 1.0
    grown_after: int = 0
    intensity: IntensityRange = field(default_factory=lambda: IntensityRange(0.4, 0.3, 0.06, 0.8, 0.1))
    field: FieldRange = field(default_factory=lambda: FieldRange(0.05, 0.2, 3.0, 0.2))
    centred: bool = False
    unknown: float = 0.3

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise ValueError(f"batch is {self.batch}: give at least 1")
        if self.grown_after < 0:
            raise ValueError(f"grown_after is {self.grown_after}: give 0 or more steps")
        for name in ("first", "unknown"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}: give a number from 0 to 1")

    def pose_at(self, step: int) -> PoseRange:
        """Range of poses at a step."""
        grown = min(1.0, step / self.grown_after) if self.grown_after else 1.0
        return self.pose.grown(self.first + (1 - self.first) * grown)


class Samples:
    """Samples of any step, made from specimens that are kept in memory.

    Parameters
    ----------
    examples : sequence of Example
        Training specimens in the template's frame.
    grid : Grid
        What the network sees.
    settings : SampleSettings
        How samples differ.
    groups : sequence of int, optional
        Index of each example's group, 0 where unknown.
    """

    def __init__(
        self, examples: Sequence[Example], grid: Grid, settings: SampleSettings,
        groups: Sequence[int] | None = None,
    ) -> None:  # fmt: skip
        if not examples:
            raise ValueError("there is no example to draw samples from")
        self.grid, self.settings = grid, settings
        self.names = tuple(example.id for example in examples)
        self.points = np.array([example.points for example in examples], dtype=np.float64)
        self.groups = torch.tensor(groups if groups is not None else [0] * len(examples))
        self._corners = np.array([_corners_around(points) for points in self.points])
        self.kept = Grid.around(self.points.reshape(-1, 3), kept_spacing(grid), _AROUND_MM)
        images = [on_grid(example.image, self.kept) for example in examples]
        self.images = torch.stack([image.voxels for image in images])[:, None]
        origin = np.zeros((len(examples), 3))
        self.centres = np.array([bone_centre(i) for i in images]) if settings.centred else origin

    def draw(self, seed: int, step: int) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
        """Samples of a step: a function of seed and step alone.

        Returns
        -------
        dict of str to Tensor
            ``images`` (B, 1, I, J, K) on the grid; ``points`` (B, L, 3), mm of the grid's frame, NaN
            where missing or out of view; ``groups`` and ``specimens`` (B,); ``poses`` (B, 4, 4), from
            the specimen to the sample, and ``gains`` (B,).
        tuple of str
            Ids of the specimens.
        """
        settings, count = self.settings, self.settings.batch
        rng = np.random.default_rng([seed, step])
        which = self._turns(seed, step)
        centres = self.centres[which]
        about = centres if settings.centred else np.nanmean(self.points[which], axis=1)
        poses = sample_poses(count, settings.pose_at(step), rng, about)
        poses[:, :3, 3] -= centres
        planes = sample_planes(self._corners[which], settings.field, rng)
        change = sample_intensity(count, settings.intensity, rng)
        unknown = torch.from_numpy(rng.random(count).astype(np.float32))
        points = np.where(within(self.points[which], planes)[..., None], self.points[which], np.nan)
        points = moved_points(points, poses)
        points = np.where(self.grid.holds(points)[..., None], points, np.nan)
        maps = index_maps(self.kept.matrix, poses, self.grid.matrix)
        images = resampled(self.images[which], maps, self.grid.shape)
        images = cut_away(images, self.kept.matrix @ maps, planes)
        images = with_intensity(images, change)
        tensors = {
            "images": level_brightness(images) if settings.centred else images,
            "points": torch.from_numpy(points).float(),
            "groups": dropped(self.groups[which], settings.unknown, unknown),
            "specimens": torch.from_numpy(which),
            "poses": torch.from_numpy(poses).float(),
            "gains": change.gain,
        }
        return tensors, tuple(self.names[i] for i in which)

    def _turns(self, seed: int, step: int) -> NDArray[np.int64]:
        """Specimens of a step: each is shown once before any is shown again."""
        count, total = self.settings.batch, len(self.names)
        places = range(step * count, (step + 1) * count)
        rounds = {place // total for place in places}
        orders = {r: np.random.default_rng([seed, r, _ORDER]).permutation(total) for r in rounds}
        return np.array([orders[place // total][place % total] for place in places])


def kept_spacing(grid: Grid) -> float:
    """Voxels, mm, in which images are kept before they are brought to a network's grid.

    Finer than the grid, so that turning them costs little sharpness; the same for training and for
    prediction, so that both see equally sharp images.
    """
    return 0.6 * grid.spacing


def on_grid(image: Image, grid: Grid) -> Image:
    """An image on a grid, blurred first by half of the grid's voxel where that is coarser."""
    blur = 0.5 * grid.spacing if grid.spacing > 1.01 * image.spacing.max() else 0.0
    return image.smoothed(blur).on_grid(grid.shape, grid.matrix)


def bone_centre(image: Image) -> Array:
    """Centre of the bone, mm, shape (3,), whatever the image's gain and padding."""
    voxels = image.voxels.clamp_min(0)
    bone = (voxels > BONE * contrast(voxels[None])[0]).float()
    index = [torch.arange(n, device=voxels.device, dtype=torch.float32) for n in image.shape]
    total = bone.sum().clamp_min(1)
    middle = [float((bone.sum(axes) * i).sum() / total) for i, axes in zip(index, _OTHERS, strict=True)]
    return np.asarray(image.matrix[:3, :3] @ np.array(middle) + image.matrix[:3, 3])


_OTHERS = ((1, 2), (0, 2), (0, 1))


def contrast(images: torch.Tensor) -> torch.Tensor:
    """Brightness of what is bright in each image, shape (B,): sum of squares by sum; padding is no matter."""
    flat = images.flatten(1).clamp_min(0)
    return (flat**2).sum(1) / flat.sum(1).clamp_min(1e-6)


def level_brightness(images: torch.Tensor) -> torch.Tensor:
    """Images, shape (B, 1, I, J, K), divided by their own `contrast`, for poses that are not known yet."""
    return images / contrast(images).clamp_min(1e-6).view(-1, 1, 1, 1, 1)


def _corners_around(points: Array) -> Array:
    """Corners, shape (8, 3), of the box that a specimen is taken to fill."""
    low, high = np.nanmin(points, axis=0) - _AROUND_MM, np.nanmax(points, axis=0) + _AROUND_MM
    return np.array(list(itertools.product(*zip(low, high, strict=True))))
