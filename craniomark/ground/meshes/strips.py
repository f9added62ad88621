"""Triangle strips as triangles."""

import numpy as np
from numpy.typing import NDArray


def triangles_of_strips(
    sizes: NDArray[np.int64], corners: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sizes and corners of the triangles that strips of `sizes` and `corners` mean, all turning one way."""
    triangles: list[NDArray[np.int64]] = []
    at = 0
    for size in sizes:
        strip = corners[at : at + size]
        at += int(size)
        for first in range(len(strip) - 2):
            # Every second triangle of a strip runs the other way round.
            order = [first, first + 1, first + 2] if first % 2 == 0 else [first + 1, first, first + 2]
            triangles.append(strip[order])
    return np.full(len(triangles), 3), np.array(triangles, dtype=np.int64).reshape(-1)
