"""A volume on another grid."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.volumes.volume import Volume


def resample(
    volume: Volume,
    shape: tuple[int, int, int],
    matrix: ArrayLike,
    transform: ArrayLike | None = None,
    order: Literal[0, 1, 3] = 1,
    fill: float | None = None,
) -> Volume:
    """Resample a volume onto the grid of `shape` and `matrix`, with one interpolation.

    Parameters
    ----------
    volume : Volume
        Input.
    shape : tuple of int
        Voxels of the output.
    matrix : array_like, shape (4, 4)
        Output voxel index to LPS mm.
    transform : array_like, shape (4, 4), optional
        Output LPS mm to input LPS mm, as in ITK; the identity if not given.
    order : {0, 1, 3}
        Nearest voxel, trilinear, or cubic B-spline.
    fill : float, optional
        Value outside the input; its smallest value if not given.

    Returns
    -------
    Volume
        Of the input's voxel type; integers are rounded and kept in range.
    """
    from scipy import ndimage  # half a second, which programs with windows that never resample don't spend

    matrix = np.asarray(matrix, dtype=np.float64)
    move = np.eye(4) if transform is None else np.asarray(transform, dtype=np.float64)
    # Rounding keeps the outermost voxels of two grids that coincide from falling outside by 1e-16.
    index = np.round(np.linalg.inv(volume.matrix) @ move @ matrix, 9)
    fill = float(volume.array.min()) if fill is None else fill
    dtype = volume.array.dtype
    working = np.dtype(np.float32) if dtype.kind in "biu" or dtype.itemsize < 4 else dtype
    array = volume.array.view(np.uint8) if dtype.kind == "b" else volume.array
    if order == 3:
        array = ndimage.spline_filter(array, 3, output=working)
    sampled = ndimage.affine_transform(
        array, index[:3, :3], index[:3, 3], output_shape=tuple(shape), output=working,
        order=order, mode="constant", cval=fill, prefilter=False,
    )  # fmt: skip
    return Volume(_as_type(sampled, dtype), matrix, volume.left_right_known, volume.notes)


def _as_type(values: NDArray[np.generic], dtype: np.dtype[np.generic]) -> NDArray[np.generic]:
    if dtype.kind == "b":
        return np.asarray(values) > 0.5
    if dtype.kind not in "iu":
        return values.astype(dtype, copy=False)
    bounds = np.iinfo(np.dtype(dtype.name))
    kept: NDArray[np.generic] = np.clip(np.rint(values), bounds.min, bounds.max).astype(dtype)
    return kept
