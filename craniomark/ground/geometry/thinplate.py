"""Thin-plate spline in three dimensions."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

Array = NDArray[np.float64]

_CHUNK_ELEMENTS = 4_000_000  # distances held at once: 32 MB


class ThinPlateSpline:
    """Smooth map that carries landmarks to landmarks with the least bending (Bookstein 1989).

    The 3-D kernel is the distance itself, beside an affine part.

    Parameters
    ----------
    source, target : array_like, shape (N, 3)
        Paired points, mm; pairs with a NaN are ignored.
    smoothing : float
        0 passes through every point; larger values follow the points less and bend less. Same
        meaning as in ``scipy.interpolate.RBFInterpolator(kernel="linear", degree=1)``.

    Raises
    ------
    ValueError
        If fewer than four pairs are left, source points lie in one plane, or two coincide while
        `smoothing` is 0.
    """

    def __init__(self, source: ArrayLike, target: ArrayLike, smoothing: float = 0.0) -> None:
        source, target = _paired(source, target)
        self.centre = source.mean(axis=0)
        self.size = float(np.sqrt(np.mean((source - self.centre) ** 2)))
        self.controls = source
        n = len(source)
        linear = self._linear(source)
        if n < 4 or np.linalg.matrix_rank(linear, tol=1e-9) < 4:
            raise ValueError("a thin-plate spline needs four points that do not lie in one plane")
        if smoothing < 0:
            raise ValueError(f"smoothing must not be negative, it is {smoothing}")
        system = np.zeros((n + 4, n + 4))
        system[:n, :n] = -cdist(source, source) + smoothing * np.eye(n)
        system[:n, n:], system[n:, :n] = linear, linear.T
        self._check_distinct(smoothing)
        self.coefficients = np.linalg.solve(system, np.vstack([target, np.zeros((4, 3))]))

    def __call__(self, points: ArrayLike) -> Array:
        """Where `points`, shape (..., 3), mm, are carried; NaN stays NaN."""
        points = np.asarray(points, dtype=np.float64)
        flat = points.reshape(-1, 3)
        moved = np.empty_like(flat)
        step = max(1, _CHUNK_ELEMENTS // len(self.controls))
        for start in range(0, len(flat), step):
            part = flat[start : start + step]
            basis = np.hstack([-cdist(part, self.controls), self._linear(part)])
            moved[start : start + step] = basis @ self.coefficients
        return moved.reshape(points.shape)

    @property
    def bending_energy(self) -> float:
        """Bending of the map, mm^3 summed over the three axes; 0 for an affine one."""
        weights = self.coefficients[: len(self.controls)]
        return float(max(0.0, -np.einsum("nc,nm,mc", weights, cdist(self.controls, self.controls), weights)))

    def _linear(self, points: Array) -> Array:
        return np.hstack([np.ones((len(points), 1)), (points - self.centre) / max(self.size, 1e-300)])

    def _check_distinct(self, smoothing: float) -> None:
        between = cdist(self.controls, self.controls)
        np.fill_diagonal(between, np.inf)
        if smoothing == 0 and between.min() <= 1e-9 * self.size:
            raise ValueError("two source points coincide: leave one out, or give a smoothing above 0")


def _paired(source: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    x, y = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 2 or x.shape[1] != 3:
        raise ValueError(f"paired points must be two arrays of shape (N, 3), not {x.shape} and {y.shape}")
    keep = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
    present = np.count_nonzero(keep)
    if present < 4:
        raise ValueError(f"a thin-plate spline needs four pairs of points, {present} are present")
    return x[keep], y[keep]
