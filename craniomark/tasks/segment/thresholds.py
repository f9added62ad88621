"""Bone by brightness alone: the thresholds that a network is held to, and the target it learns from."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Mask = NDArray[np.bool_]

BINS = 1024
SMALLEST = 27
"""Voxels of the smallest piece of bone that a target keeps: a cube of three."""
MEDIAN = 3
LOCAL_WIDTH, LOCAL_OFFSET = 24.0, 0.35


@dataclass(frozen=True)
class Levels:
    """Brightness of a scan in brief.

    Attributes
    ----------
    threshold : float
        Otsu's.
    dark, bright : float
        Mean of what is below the threshold and of what is not.
    """

    threshold: float
    dark: float
    bright: float


def levels(parts: Iterable[Floats], low: float, high: float) -> Levels:
    """Otsu's threshold of values that come part by part (Otsu 1979, doi 10.1109/TSMC.1979.4310076).

    Parameters
    ----------
    parts : iterable of ndarray
        Any shapes; together all values.
    low, high : float
        Smallest and largest value.

    Raises
    ------
    ValueError
        If all values are alike, or one is not finite.
    """
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError("values are not finite: replace NaN and infinite voxels by the value of air")
    if not low < high:
        raise ValueError(f"values are all {low:g}: there is no contrast to tell bone by")
    counts = np.zeros(BINS)
    for part in parts:
        counts += np.histogram(part, BINS, (low, high))[0]
    edges = np.linspace(low, high, BINS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    below, sums = np.cumsum(counts), np.cumsum(counts * middles)
    total, whole = below[-1], sums[-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (whole * below / total - sums) ** 2 / (below * (total - below))
    best = int(np.argmax(np.where((below > 0) & (below < total), between, -1.0)))
    dark = sums[best] / below[best]
    bright = (whole - sums[best]) / (total - below[best])
    return Levels(float(edges[best + 1]), float(dark), float(bright))


def levels_of(image: Floats) -> Levels:
    """`levels` of an array in memory."""
    return levels([image], float(image.min()), float(image.max()))


def otsu(image: Floats) -> Mask:
    """What is at least as bright as Otsu's threshold."""
    return np.asarray(image >= levels_of(image).threshold)


def median_otsu(image: Floats) -> Mask:
    """Otsu's threshold of the median of 3 x 3 x 3 voxels."""
    from scipy.ndimage import median_filter

    return otsu(median_filter(image, MEDIAN))


def local_threshold(image: Floats, width: float = LOCAL_WIDTH, offset: float = LOCAL_OFFSET) -> Mask:
    """What is brighter than its surroundings.

    Parameters
    ----------
    image : ndarray
        Bone about 1, air about 0.
    width : float
        Standard deviation of the Gaussian whose mean the surroundings are, voxels.
    offset : float
        By how much.
    """
    from scipy.ndimage import gaussian_filter

    return np.asarray(image >= gaussian_filter(np.asarray(image, dtype=np.float32), width) + offset)


def bone_target(image: Floats) -> Mask:
    """Bone of a clean scan, to learn from: Otsu's threshold without pieces of fewer than 27 voxels."""
    from scipy.ndimage import generate_binary_structure, label

    mask = otsu(image)
    pieces, count = label(mask, generate_binary_structure(3, 3))
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    sizes[0] = 0
    return np.asarray((sizes >= SMALLEST)[pieces])
