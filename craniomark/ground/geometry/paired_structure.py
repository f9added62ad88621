"""Left/right structure of landmarks whose pairs are known."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from craniomark.ground.geometry.symmetry import BilateralStructure, _plane


def structure_of_pairs(
    mean: ArrayLike, pairs: Sequence[tuple[int, int]], midline: Sequence[int]
) -> BilateralStructure:
    """Mirror plane of a mean shape with given pairs and midline.

    Parameters
    ----------
    mean : array_like, shape (N, 3)
        A mean shape, mm.
    pairs : sequence of (int, int)
        Indices of mirrored landmarks.
    midline : sequence of int
        Landmarks on the mirror plane; those in neither are unpaired.

    Returns
    -------
    BilateralStructure
        The first of each pair lies on the side that the normal points to.

    Raises
    ------
    ValueError
        If an index stands twice, or no pair is given.
    """
    points = np.asarray(mean, dtype=np.float64)
    used = [i for pair in pairs for i in pair] + list(midline)
    if len(set(used)) != len(used):
        raise ValueError("a landmark stands in two pairs, or in a pair and on the midline")
    if not pairs:
        raise ValueError("a left and a right side need at least one pair of landmarks")
    partner = np.full(len(points), -1, dtype=np.intp)
    for i, j in pairs:
        partner[i], partner[j] = j, i
    partner[list(midline)] = list(midline)
    normal, point = _plane(points, partner)
    ordered = [(i, j) if (points[i] - points[j]) @ normal > 0 else (j, i) for i, j in pairs]
    unpaired = tuple(i for i in range(len(points)) if i not in set(used))
    return BilateralStructure(tuple(ordered), tuple(midline), unpaired, normal, point, points.copy())
