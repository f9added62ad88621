"""The image that predictions work on: float, and no finer than they need."""

from typing import NamedTuple

import numpy as np
import torch

from craniomark.engine.image import Image
from craniomark.ground.volumes import Volume

FINEST_MM = 0.06
_SAMPLES, _AIR_PERCENT, _BRIGHT_PERCENT = 64, 2.0, 99.5
_PADDING_SHARE = 0.01
_FAR_BELOW = 0.15  # of the range of brightness: farther below all else, the lowest value is padding


def working_image(volume: Volume, device: str | torch.device = "cpu", finest_mm: float = FINEST_MM) -> Image:
    """A volume as an image whose air is 0, averaged over blocks where it is finer than `finest_mm`.

    Blocks are averaged slab by slab, so that a scan of many gigabytes needs memory only for itself
    and the result.

    Parameters
    ----------
    volume : Volume
        Any data type.
    device : torch.device
        Where the image goes.
    finest_mm : float
        Voxel size that is fine enough, mm.
    """
    air = air_of(volume)
    blocks = np.minimum(np.maximum(np.floor(finest_mm / volume.spacing).astype(int), 1), volume.shape)
    if (blocks == 1).all():
        image = Image.of(volume, device)
        return Image(_without_air(image.voxels, air), image.matrix)
    counts = np.array(volume.shape) // blocks
    averaged = np.empty(counts, dtype=np.float32)
    for slab in range(counts[0]):
        part = volume.array[slab * blocks[0] : (slab + 1) * blocks[0]]
        part = part[:, : counts[1] * blocks[1], : counts[2] * blocks[2]].astype(np.float32)
        shaped = part.reshape(blocks[0], counts[1], blocks[1], counts[2], blocks[2])
        averaged[slab] = shaped.mean(axis=(0, 2, 4))
    matrix = volume.matrix @ np.diag([*blocks.astype(float), 1.0])
    matrix[:3, 3] += volume.matrix[:3, :3] @ ((blocks - 1) / 2)
    return Image(_without_air(torch.from_numpy(averaged).to(device), air), matrix)


class Air(NamedTuple):
    """Brightness of air, and whether a padding value lies far below it."""

    level: float
    padded: bool


def air_of(volume: Volume) -> Air:
    """Air is the 2nd percentile of a thinned copy, or of what is left of it without a padding value.

    Images are zero outside their grid, so that air must be zero inside it as well; in Hounsfield
    units it is not. Some scanners fill what they did not see with a value far below that of air.
    """
    steps = [max(1, n // _SAMPLES) for n in volume.shape]
    thinned = volume.array[:: steps[0], :: steps[1], :: steps[2]].astype(np.float32)
    lowest, bright = float(thinned.min()), float(np.percentile(thinned, _BRIGHT_PERCENT))
    rest = thinned[thinned > lowest]
    above = float(np.percentile(rest, _AIR_PERCENT)) if rest.size else lowest
    share = (above - lowest) / max(bright - lowest, 1e-9)  # how far up the dark end of the rest lies
    common = np.mean(thinned == lowest) > _PADDING_SHARE
    if common and _FAR_BELOW < share < 1 - 2 * _FAR_BELOW:
        return Air(above, True)
    return Air(float(np.percentile(thinned, _AIR_PERCENT)), False)


def _without_air(voxels: torch.Tensor, air: Air) -> torch.Tensor:
    shifted = voxels - air.level if air.level else voxels
    return shifted.clamp_min(0) if air.padded else shifted
