"""The image that predictions work on: float, and no finer than they need."""

import numpy as np
import torch

from craniomark.engine.image import Image
from craniomark.ground.volumes import Volume

FINEST_MM = 0.06
_SAMPLES, _AIR_PERCENT = 64, 2.0


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
    level = air_level(volume)
    blocks = np.minimum(np.maximum(np.floor(finest_mm / volume.spacing).astype(int), 1), volume.shape)
    if (blocks == 1).all():
        image = Image.of(volume, device)
        return Image(image.voxels - level, image.matrix) if level else image
    counts = np.array(volume.shape) // blocks
    averaged = np.empty(counts, dtype=np.float32)
    for slab in range(counts[0]):
        part = volume.array[slab * blocks[0] : (slab + 1) * blocks[0]]
        part = part[:, : counts[1] * blocks[1], : counts[2] * blocks[2]].astype(np.float32)
        shaped = part.reshape(blocks[0], counts[1], blocks[1], counts[2], blocks[2])
        averaged[slab] = shaped.mean(axis=(0, 2, 4))
    matrix = volume.matrix @ np.diag([*blocks.astype(float), 1.0])
    matrix[:3, 3] += volume.matrix[:3, :3] @ ((blocks - 1) / 2)
    return Image(torch.from_numpy(averaged - level).to(device), matrix)


def air_level(volume: Volume) -> float:
    """Brightness of the background: the 2nd percentile of a thinned copy.

    Images are zero outside their grid, so that air must be zero inside it as well; in Hounsfield
    units it is not.
    """
    steps = [max(1, n // _SAMPLES) for n in volume.shape]
    thinned = volume.array[:: steps[0], :: steps[1], :: steps[2]].astype(np.float32)
    return float(np.percentile(thinned, _AIR_PERCENT))
