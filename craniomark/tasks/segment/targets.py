"""What a network is to answer: the mask, or how far inside of it a voxel lies."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def signed_distance(mask: NDArray[np.bool_], spacing: Sequence[float]) -> NDArray[np.float32]:
    """Distance to the mask's border, mm, positive inside; the border lies between voxels.

    Parameters
    ----------
    mask : ndarray, shape (I, J, K)
        Bone.
    spacing : sequence of float
        Voxel size, mm.

    Returns
    -------
    ndarray, shape (I, J, K)
        Infinite with its sign where all voxels are alike.
    """
    from scipy.ndimage import distance_transform_edt

    if not mask.any() or mask.all():
        return np.where(mask, np.inf, -np.inf).astype(np.float32)
    half = float(np.min(spacing)) / 2
    inside = distance_transform_edt(mask, sampling=spacing) - half
    outside = distance_transform_edt(~mask, sampling=spacing) - half
    return np.where(mask, inside, -outside).astype(np.float32)


def signed_tanh(mask: NDArray[np.bool_], spacing: Sequence[float], width: float) -> NDArray[np.float32]:
    """Hyperbolic tangent of the signed distance in units of `width` mm: -1 far outside, 1 far inside."""
    if not width > 0:
        raise ValueError(f"width is {width}: give mm above 0")
    return np.asarray(np.tanh(signed_distance(mask, spacing) / width), dtype=np.float32)
