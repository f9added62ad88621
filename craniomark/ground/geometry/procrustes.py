"""Generalised Procrustes superimposition with missing landmarks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.geometry.fits import apply, invert, rigid_fit, scale_of, similarity_fit

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class GpaResult:
    """Superimposed shapes.

    Attributes
    ----------
    aligned : ndarray, shape (S, N, 3)
        Shapes in the common frame, mm; missing landmarks stay NaN.
    mean : ndarray, shape (N, 3)
        Mean shape, mm, centroid at the origin, turned as the first shape is. With scaling its
        centroid size is the mean of `sizes`; without, it is the plain mean of the aligned shapes.
    sizes : ndarray, shape (S,)
        Centroid sizes, mm, of the shapes as given; missing landmarks completed from the mean.
    matrices : ndarray, shape (S, 4, 4)
        From each shape's own frame to the common frame.
    scale : bool
        Whether shapes were brought to one size.
    iterations : int
        Rounds until the mean stood still.
    """

    aligned: Array
    mean: Array
    sizes: Array
    matrices: Array
    scale: bool
    iterations: int

    @property
    def completed(self) -> Array:
        """`aligned` with the mean in place of missing landmarks, shape (S, N, 3)."""
        return np.where(np.isnan(self.aligned), self.mean, self.aligned)

    @property
    def rotations(self) -> Array:
        """Rotation part of `matrices`, shape (S, 3, 3)."""
        return np.array([matrix[:3, :3] / scale_of(matrix) for matrix in self.matrices])


def generalised_procrustes(
    shapes: ArrayLike, scale: bool = True, tolerance: float = 1e-10, most_iterations: int = 200
) -> GpaResult:
    """Bring shapes to one position, orientation and, if asked, size.

    Each shape is fitted to the mean by least squares (full Procrustes fit when `scale`) and the mean
    is taken again until it stands still (Gower 1975; Dryden & Mardia 2016). Up to one common factor
    and rotation this is ``procGPA`` of the R package shapes. A missing landmark takes no part in the
    fit of its shape nor in the mean; this is where filling it from the mean and fitting again would
    end.

    Parameters
    ----------
    shapes : array_like, shape (S, N, 3)
        Landmarks, mm; NaN where missing.
    scale : bool
        Remove size as well. Units stay mm: the mean gets the mean centroid size of the shapes.
    tolerance : float
        Change of the mean, relative to its size, at which to stop.
    most_iterations : int
        Rounds after which to stop anyway.

    Returns
    -------
    GpaResult

    Raises
    ------
    ValueError
        If the array has another shape, a shape keeps fewer than three landmarks, or a landmark is
        missing everywhere.
    """
    shapes = _checked(shapes)
    fit = similarity_fit if scale else rigid_fit
    mean = _centred(_start(shapes))
    matrices = np.tile(np.eye(4), (len(shapes), 1, 1))
    iteration = 0
    while iteration < most_iterations:
        iteration += 1
        matrices = np.array([fit(shape, mean) for shape in shapes])
        aligned = _moved(matrices, shapes)
        renewed = _centred(np.nanmean(aligned, axis=0))
        if scale:  # the fits shrink towards an imperfect mean; its size is held
            renewed *= centroid_size(mean) / centroid_size(renewed)
        change = np.linalg.norm(renewed - mean) / centroid_size(mean)
        mean = renewed
        if change < tolerance:
            break
    matrices = np.array([fit(shape, mean) for shape in shapes])
    if scale:  # least squares shrinks every shape by the same share; undone, the mean is their mean
        shrunk = centroid_size(np.nanmean(_moved(matrices, shapes), axis=0)) / centroid_size(mean)
        matrices = np.diag([1 / shrunk, 1 / shrunk, 1 / shrunk, 1.0]) @ matrices
    sizes = np.array([_completed_size(s, m, mean) for s, m in zip(shapes, matrices, strict=True)])
    turn = np.eye(4)
    turn[:3, :3] = (matrices[0, :3, :3] / scale_of(matrices[0])).T
    if scale:
        turn[:3, :3] *= sizes.mean() / centroid_size(mean)
    matrices, mean = turn @ matrices, apply(turn, mean)
    return GpaResult(_moved(matrices, shapes), mean, sizes, matrices, scale, iteration)


def centroid_size(points: ArrayLike) -> float:
    """Root of the summed squared distances of the present points to their centroid, mm."""
    points = np.asarray(points, dtype=np.float64)
    present = points[np.isfinite(points).all(axis=1)]
    if not len(present):
        raise ValueError("a centroid size needs at least one point")
    return float(np.linalg.norm(present - present.mean(axis=0)))


def procrustes_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Partial Procrustes distance: both at unit centroid size, position and rotation removed.

    Parameters
    ----------
    a, b : array_like, shape (N, 3)
        Paired points; pairs with a NaN are ignored.

    Returns
    -------
    float
        Between 0 and the square root of 2, without unit.
    """
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    keep = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
    x, y = x[keep] / centroid_size(x[keep]), y[keep] / centroid_size(y[keep])
    return float(np.linalg.norm(apply(rigid_fit(x, y), x) - y))


def _checked(shapes: ArrayLike) -> Array:
    array = np.array(shapes, dtype=np.float64)
    if array.ndim != 3 or array.shape[2] != 3 or not len(array):
        raise ValueError(f"shapes must be an array of shape (S, N, 3), not {array.shape}")
    array[~np.isfinite(array).all(axis=2)] = np.nan
    absent = np.flatnonzero(np.isnan(array[..., 0]).all(axis=0))
    if len(absent):
        raise ValueError(f"landmark {absent[0]} (counted from 0) is missing in every shape")
    return array


def _start(shapes: Array) -> Array:
    """A first mean without gaps: the most complete shape, filled step by step from fitted others."""
    present = ~np.isnan(shapes[..., 0])
    order = np.argsort(-present.sum(axis=1), kind="stable")
    start = shapes[order[0]].copy()
    for _ in range(len(shapes)):
        gaps = np.isnan(start[:, 0])
        if not gaps.any():
            break
        for index in order[1:]:
            fill = gaps & present[index]
            if fill.any() and np.count_nonzero(~gaps & present[index]) >= 3:
                start[fill] = apply(similarity_fit(shapes[index], start), shapes[index])[fill]
                gaps = np.isnan(start[:, 0])
    if np.isnan(start).any():
        raise ValueError("too few landmarks are shared between the shapes to bring them together")
    return start


def _moved(matrices: Array, shapes: Array) -> Array:
    return np.asarray(np.einsum("sij,snj->sni", matrices[:, :3, :3], shapes) + matrices[:, None, :3, 3])


def _centred(points: Array) -> Array:
    return np.asarray(points - points.mean(axis=0))


def _completed_size(shape: Array, matrix: Array, mean: Array) -> float:
    back = apply(invert(matrix), mean)
    return centroid_size(np.where(np.isnan(shape), back, shape))
