"""Images whose contrast is the same everywhere, so that thick bone does not outshout thin bone."""

import torch

from craniomark.engine.image import Image

WIDTH_MM, FLOOR = 0.4, 0.02


def locally_normalised(image: Image, width: float = WIDTH_MM, floor: float = FLOOR) -> Image:
    """An image less its local mean, over its local spread.

    Global correlation of such images is local correlation of the images themselves (Cachier 2003), at the
    cost of global correlation.

    Parameters
    ----------
    image : Image
        Bone about 1.
    width : float
        Standard deviation of the neighbourhood, mm.
    floor : float
        Variance below which it counts as flat.
    """
    mean = image.smoothed(width).voxels
    square = Image(image.voxels.square(), image.matrix).smoothed(width).voxels
    spread = ((square - mean.square()).clamp_min(0) + floor).sqrt()
    return Image(torch.where(spread > 0, (image.voxels - mean) / spread, 0.0), image.matrix)
