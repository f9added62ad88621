"""Least-squares transforms between two sets of paired points, as 4x4 matrices."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_COLLINEAR = 1e-9
_MAXWELL_MEDIAN = 1.5382  # median length of a 3-D normal vector of unit standard deviation
_CUTOFF = 6.0  # standard deviations beyond which a point loses all weight


def rigid_fit(source: ArrayLike, target: ArrayLike, weights: ArrayLike | None = None) -> Array:
    """Rotation and translation that bring `source` closest to `target` (Kabsch 1976, Umeyama 1991).

    Parameters
    ----------
    source, target : array_like, shape (N, 3)
        Paired points; pairs with a NaN are ignored.
    weights : array_like, shape (N,), optional
        Not negative; weight of each pair in the sum of squares.

    Returns
    -------
    ndarray, shape (4, 4)
        ``apply(matrix, source)`` is close to `target`; never a reflection.

    Raises
    ------
    ValueError
        If fewer than three pairs are left, or the points lie on one line.
    """
    return _umeyama(*_usable(source, target, weights, needed=3), with_scale=False)


def similarity_fit(source: ArrayLike, target: ArrayLike, weights: ArrayLike | None = None) -> Array:
    """Rotation, translation and one scale; otherwise as `rigid_fit`."""
    return _umeyama(*_usable(source, target, weights, needed=3), with_scale=True)


def affine_fit(source: ArrayLike, target: ArrayLike, weights: ArrayLike | None = None) -> Array:
    """Affine matrix by least squares; otherwise as `rigid_fit`.

    Raises
    ------
    ValueError
        If fewer than four pairs are left, or the source points lie in one plane.
    """
    source, target, weights = _usable(source, target, weights, needed=4)
    x, y, centre_x, centre_y = _centred(source, target, weights)
    spread = np.linalg.svd(x, compute_uv=False)
    if spread[2] <= _COLLINEAR * spread[0]:
        raise ValueError("an affine fit needs points that do not lie in one plane")
    linear = np.asarray(np.linalg.lstsq(x, y, rcond=None)[0].T, dtype=np.float64)
    return _matrix(linear, centre_y - linear @ centre_x)


def robust_similarity_fit(
    source: ArrayLike, target: ArrayLike, weights: ArrayLike | None = None, iterations: int = 50
) -> Array:
    """Similarity that a minority of wrong pairs does not pull away.

    Iteratively reweighted least squares: first by the inverse of the distance (least absolute
    distance), then by Tukey's biweight with a scale from the median distance.

    Parameters
    ----------
    source, target, weights
        As in `rigid_fit`.
    iterations : int
        Most reweightings of each of the two stages.

    Returns
    -------
    ndarray, shape (4, 4)

    Raises
    ------
    ValueError
        As `rigid_fit`.
    """
    source, target, weights = _usable(source, target, weights, needed=3)
    floor = 1e-9 * max(float(np.ptp(target, axis=0).max()), 1e-12)
    matrix = _umeyama(source, target, weights, with_scale=True)
    for reweight in (_least_distance, _biweight):
        for _ in range(iterations):
            distance = np.linalg.norm(apply(matrix, source) - target, axis=1)
            factors = reweight(distance, floor)
            if np.count_nonzero(factors * weights) < 3:
                break
            try:
                refitted = _umeyama(source, target, weights * factors, with_scale=True)
            except ValueError:  # the points that kept weight lie on one line: the last fit stands
                break
            change = float(np.abs(apply(refitted, source) - apply(matrix, source)).max())
            matrix = refitted
            if change < floor:
                break
    return matrix


def apply(matrix: ArrayLike, points: ArrayLike) -> Array:
    """Points, shape (..., 3), under a 4x4 matrix; NaN stays NaN."""
    matrix = np.asarray(matrix, dtype=np.float64)
    return np.asarray(points, dtype=np.float64) @ matrix[:3, :3].T + matrix[:3, 3]


def invert(matrix: ArrayLike) -> Array:
    """Inverse of an affine 4x4 matrix, its last row kept exact."""
    matrix = np.asarray(matrix, dtype=np.float64)
    try:
        linear = np.linalg.inv(matrix[:3, :3])
    except np.linalg.LinAlgError as error:
        raise ValueError("this matrix flattens space and can't be inverted") from error
    return _matrix(linear, -linear @ matrix[:3, 3])


def scale_of(matrix: ArrayLike) -> float:
    """Scale of a 4x4 (or 3x3) matrix: cube root of the absolute determinant of its linear part."""
    return float(np.cbrt(abs(np.linalg.det(np.asarray(matrix, dtype=np.float64)[:3, :3]))))


def nearest_rotation(matrix: ArrayLike) -> Array:
    """Proper rotation, shape (3, 3), closest to the linear part of a 3x3 or 4x4 matrix (Frobenius).

    Where the linear part holds a reflection, the result is still a rotation.
    """
    u, _, vt = np.linalg.svd(np.asarray(matrix, dtype=np.float64)[:3, :3])
    return (u * [1.0, 1.0, np.sign(np.linalg.det(u @ vt))]) @ vt


def _usable(
    source: ArrayLike, target: ArrayLike, weights: ArrayLike | None, needed: int
) -> tuple[Array, Array, Array]:
    x, y = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 2 or x.shape[1] != 3:
        raise ValueError(f"paired points must be two arrays of shape (N, 3), not {x.shape} and {y.shape}")
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != (len(x),) or (w < 0).any() or np.isinf(w).any():
        raise ValueError(f"weights must be {len(x)} finite numbers, none negative")
    keep = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1) & (w > 0)
    if np.count_nonzero(keep) < needed:
        raise ValueError(f"the fit needs {needed} pairs of points, {np.count_nonzero(keep)} are present")
    return x[keep], y[keep], w[keep]


def _centred(x: Array, y: Array, w: Array) -> tuple[Array, Array, Array, Array]:
    share = (w / w.sum())[:, None]
    centre_x, centre_y = (share * x).sum(axis=0), (share * y).sum(axis=0)
    root = np.sqrt(share)
    return root * (x - centre_x), root * (y - centre_y), centre_x, centre_y


def _umeyama(source: Array, target: Array, weights: Array, *, with_scale: bool) -> Array:
    x, y, centre_x, centre_y = _centred(source, target, weights)
    for points in (x, y):
        spread = np.linalg.svd(points, compute_uv=False)
        if len(spread) < 2 or spread[1] <= _COLLINEAR * max(spread[0], 1e-300):
            raise ValueError("the fit needs points that do not lie on one line")
    u, s, vt = np.linalg.svd(y.T @ x)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    linear = (u * signs) @ vt
    if with_scale:
        linear = linear * (s @ signs) / np.sum(x**2)
    return _matrix(linear, centre_y - linear @ centre_x)


def _matrix(linear: Array, offset: Array) -> Array:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = linear, offset
    return matrix


def _least_distance(distance: Array, floor: float) -> Array:
    floor = max(floor, 0.01 * float(np.median(distance)))
    return np.asarray(floor / np.maximum(distance, floor))


def _biweight(distance: Array, floor: float) -> Array:
    reach = _CUTOFF * max(float(np.median(distance)) / _MAXWELL_MEDIAN, 10 * floor)
    return np.asarray(np.clip(1 - (distance / reach) ** 2, 0, None) ** 2)
