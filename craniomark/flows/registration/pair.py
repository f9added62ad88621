"""Two images to be registered, checked and brought to one brightness."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from craniomark.engine.image import Image
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume

BRIGHT_MM3, BRIGHT_SHARE = 135.0, 0.05
"""The brightest part, whose mean is brightness 1: of a fixed size, and no more than a share of the image."""


@dataclass(frozen=True, eq=False)
class Pair:
    """What is registered.

    Attributes
    ----------
    fixed, moving : Image
        Air 0, the brightest part 1, no finer than predictions need; each in its own LPS mm.
    fixed_volume, moving_volume : Volume
        As they were read.
    names : tuple of str
        Of fixed and moving, for messages.
    """

    fixed: Image
    moving: Image
    fixed_volume: Volume
    moving_volume: Volume
    names: tuple[str, str] = ("fixed image", "moving image")

    def swapped(self) -> "Pair":
        """The other way round."""
        one, two = self.names
        return Pair(self.moving, self.fixed, self.moving_volume, self.fixed_volume, (two, one))


def read_pair(
    fixed: Path,
    moving: Path,
    device: str | torch.device = "cpu",
    spacing: tuple[float, float, float] | None = None,
    unit: Literal["mm", "um"] = "mm",
) -> Pair:
    """Read two scans; spacing, size and orientation may differ.

    Raises
    ------
    InputError
        If one can't be read, holds numbers that are not finite, or is the same everywhere.
    """
    names = str(fixed), str(moving)
    one, two = (read_volume(path, spacing=spacing, unit=unit) for path in (fixed, moving))
    return pair_of(one, two, names, device)


def pair_of(
    fixed: Volume,
    moving: Volume,
    names: tuple[str, str] = ("fixed image", "moving image"),
    device: str | torch.device = "cpu",
) -> Pair:
    """Two volumes made ready; errors as `read_pair`."""
    images = [prepared(volume, name, device) for volume, name in zip((fixed, moving), names, strict=True)]
    return Pair(images[0], images[1], fixed, moving, names)


def prepared(volume: Volume, name: str, device: str | torch.device = "cpu") -> Image:
    """A volume as an image of air 0 and brightness 1; errors as `read_pair`."""
    if volume.array.dtype.kind == "f" and not np.isfinite(volume.array).all():
        remedy = "save it without them, e.g. with air in their place"
        raise InputError(name, "voxels", "not all finite numbers", remedy)
    if volume.array.size and volume.array.min() == volume.array.max():
        raise InputError(name, "voxels", "the same everywhere", "give an image that shows something")
    image = working_image(volume, device)
    count = int(BRIGHT_MM3 / float(np.prod(image.spacing)))
    count = max(min(count, int(BRIGHT_SHARE * image.voxels.numel())), 1)
    level = float(image.voxels.flatten().topk(count).values.mean())
    if level <= 0:
        raise InputError(name, "voxels", "no brighter than air", "give an image that shows something")
    return image.scaled(1 / level)
