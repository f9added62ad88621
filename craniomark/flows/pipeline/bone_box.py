"""Where the bone of a scan lies, quickly."""

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.volumes import Volume

_SAMPLES = 48


def bone_threshold(volume: Volume) -> float:
    """Brightness from which voxels count as bone: between the median and the 99.5th percentile.

    A thinned copy of the volume is asked, so that it takes milliseconds.
    """
    return _threshold(_thinned(volume)[0])


def bone_box(volume: Volume) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners of the box around the bright voxels of a thinned copy.

    Voxels count as bone above `bone_threshold`; the outermost 0.2 % of them along each axis are left out.

    Returns
    -------
    low, high : ndarray, shape (3,)
        LPS mm.
    """
    sample, steps = _thinned(volume)
    where = volume.to_lps(np.argwhere(sample >= _threshold(sample)) * steps)
    if not len(where):
        where = volume.to_lps(np.array([(0, 0, 0), volume.shape]))
    return np.percentile(where, 0.2, axis=0), np.percentile(where, 99.8, axis=0)


def _thinned(volume: Volume) -> tuple[NDArray[np.float32], list[int]]:
    """A few dozen voxels along each axis, and the steps between them."""
    steps = [max(1, n // _SAMPLES) for n in volume.shape]
    return volume.array[:: steps[0], :: steps[1], :: steps[2]].astype(np.float32), steps


def _threshold(sample: NDArray[np.float32]) -> float:
    return float(np.median(sample) + np.percentile(sample, 99.5)) / 2
