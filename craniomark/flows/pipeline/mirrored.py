"""Landmarks of a mirrored scan known as such: only a reflection takes them to the model's shape."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.geometry import apply, robust_similarity_fit

if TYPE_CHECKING:
    from craniomark.ground.landmarks import LandmarkSet
    from craniomark.ground.volumes import Volume

REFLECTION = np.diag([-1.0, 1.0, 1.0, 1.0])
MIRRORED = "Left and right of the landmarks are those of a mirrored skull."
CLEARLY = 0.5
"""A reflection must bring the points so much nearer: a flat configuration fits either way."""


def reflection_of(points: NDArray[np.float64], shape: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The reflection that landmarks need to fit a shape; None where they need none.

    Parameters
    ----------
    points, shape : ndarray, shape (L, 3)
        Paired; mm; rows of NaN are missing.

    Returns
    -------
    ndarray, shape (4, 4), or None
        LPS mm.
    """
    present = np.isfinite(points).all(axis=1)
    try:
        straight, reflected = (
            _median_distance(apply(matrix, points[present]), shape[present])
            for matrix in (np.eye(4), REFLECTION)
        )
    except ValueError:  # too few, or on one line: whoever needs their pose says so
        return None
    return REFLECTION.copy() if reflected < CLEARLY * straight else None


def reflected(
    volume: "Volume", landmarks: "LandmarkSet", matrix: NDArray[np.float64]
) -> tuple["Volume", "LandmarkSet"]:
    """A scan and its landmarks under a reflection; no voxel is touched."""
    return replace(volume, matrix=matrix @ volume.matrix), landmarks.moved(matrix)


def reflected_back(landmarks: "LandmarkSet", matrix: NDArray[np.float64]) -> "LandmarkSet":
    """Landmarks in the scan as it is, with a note that its left and right are those of a mirrored skull."""
    return replace(landmarks.moved(matrix), notes=(*landmarks.notes, MIRRORED))


def _median_distance(points: NDArray[np.float64], shape: NDArray[np.float64]) -> float:
    fit = robust_similarity_fit(points, shape)
    return float(np.median(np.linalg.norm(apply(fit, points) - shape, axis=1)))
