"""Neighbouring landmarks may not change places."""

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS_MM = 1.0
SHARE = 0.25


def swapped_pairs(
    points: NDArray[np.float64], template: NDArray[np.float64], within: float = NEIGHBOURS_MM
) -> list[tuple[int, int]]:
    """Pairs, closer than `within` mm in the template, whose order along their axis is lost.

    A pair counts as swapped when less than a quarter of its template distance is left along the
    direction from one to the other.
    """
    gaps = template[None] - template[:, None]
    found = points[None] - points[:, None]
    squares = (gaps**2).sum(-1)
    close = (squares < within**2) & (squares > 0)
    kept = (found * gaps).sum(-1)
    with np.errstate(invalid="ignore"):
        lost = close & (kept < SHARE * squares)
    return [(int(i), int(j)) for i, j in np.argwhere(np.triu(lost))]


def keep_order(
    points: NDArray[np.float64], start: NDArray[np.float64], template: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Points in which both members of every swapped pair are put back to their start."""
    points = points.copy()
    for _ in range(len(points)):
        pairs = swapped_pairs(points, template)
        rows = sorted({row for pair in pairs for row in pair})
        if not rows or np.allclose(points[rows], start[rows]):
            break
        points[rows] = start[rows]
    return points
