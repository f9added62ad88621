"""Do two samples of shapes vary in the same directions?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincc

from craniomark.ground.geometry.bootstrap import corrected_interval, jackknife_interval
from craniomark.ground.geometry.fits import apply, rigid_fit
from craniomark.ground.geometry.permutation import permutation_p
from craniomark.ground.geometry.procrustes import generalised_procrustes

Array = NDArray[np.float64]
_NO_VARIANCE = 1e-12  # of the squared size
_LARGEST = 1 - 1e-12  # correlation whose z is finite


@dataclass(frozen=True, eq=False)
class ComponentComparison:
    """Principal components and covariances of two samples of the same landmarks.

    Attributes
    ----------
    shares : ndarray, shape (2, K)
        Share of the variance of each sample in its K first components.
    angles : ndarray, shape (K,)
        Between the components of the same rank, degrees, 0 to 90.
    angle_intervals : ndarray, shape (K, 2)
        Bootstrap intervals over specimens.
    angle_p : ndarray, shape (K,)
        Chance that random directions of shape space lie so close.
    subspace_angles : ndarray, shape (K,)
        Principal angles between the spaces of the K first components, degrees, smallest first
        (Krzanowski 1979); they do not mind components that change their order.
    correlation : float
        Between the elements of both covariance matrices, diagonals included.
    correlation_interval : tuple of float
        Jackknife interval over specimens, by Fisher's z.
    correlation_p : float
        By permutation of the landmarks of one matrix (Klingenberg & McIntyre 1998).
    scores : ndarray, shape (2, S, K)
        Scores of both samples on the components of the second, mm, from the second's mean.
    """

    shares: Array
    angles: Array
    angle_intervals: Array
    angle_p: Array
    subspace_angles: Array
    correlation: float
    correlation_interval: tuple[float, float]
    correlation_p: float
    scores: Array


def compare_components(
    a: ArrayLike,
    b: ArrayLike,
    rng: np.random.Generator,
    count: int = 3,
    draws: int = 499,
    level: float = 0.95,
) -> ComponentComparison:
    """Angles between principal components, and correlation of covariance matrices.

    Both samples are superimposed apart, with scaling; the mean of `a` is then turned onto that of
    `b`. The chance level of an angle takes both directions as random in the 3 N - 7 dimensions of
    shape space.

    Parameters
    ----------
    a, b : array_like, shape (S, N, 3)
        Shapes, mm, paired by specimen; nothing may be missing.
    rng : numpy.random.Generator
        Source of redrawn samples and permutations.
    count : int
        Most components; never more than S - 2.
    draws : int
        Redrawn samples, and permutations.
    level : float
        Of the intervals.

    Raises
    ------
    ValueError
        If there are fewer than four specimens, the arrays differ, or a sample does not vary.
    """
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 3 or len(x) < 4:
        raise ValueError(
            f"two arrays of shape (S, N, 3) are needed, S at least 4, not {x.shape} and {y.shape}"
        )
    of_a, of_b = generalised_procrustes(x), generalised_procrustes(y)
    onto = rigid_fit(of_a.mean, of_b.mean)
    flat_a = apply(onto, of_a.aligned).reshape(len(x), -1)
    flat_b = of_b.aligned.reshape(len(y), -1)
    size = float(np.sum(of_b.mean**2))
    if min(flat_a.var(axis=0).sum(), flat_b.var(axis=0).sum()) <= _NO_VARIANCE * size:
        raise ValueError("a sample whose specimens are all alike has no components")
    k = min(count, len(x) - 2)
    (axes_a, shares_a), (axes_b, shares_b) = _components(flat_a, k), _components(flat_b, k)
    angles = _angles(axes_a, axes_b)
    redrawn_angles = []
    for _ in range(draws):
        chosen = rng.integers(len(x), size=len(x))
        if len(set(chosen.tolist())) < 3:
            continue
        redrawn_angles.append(_angles(_components(flat_a[chosen], k)[0], _components(flat_b[chosen], k)[0]))
    covariances = _covariance(flat_a), _covariance(flat_b)
    inner = np.linalg.svd(axes_a @ axes_b.T, compute_uv=False)
    correlation = _correlation(*covariances)
    redrawn = np.reshape(redrawn_angles, (-1, k))
    middle = flat_b.mean(axis=0)
    return ComponentComparison(
        np.stack([shares_a, shares_b]),
        angles,
        np.array([corrected_interval(a, r, level) for a, r in zip(angles, redrawn.T, strict=True)]),
        chance_of_angle(angles, 3 * x.shape[1] - 7),
        np.degrees(np.arccos(np.clip(inner, 0, 1))),
        correlation,
        _correlation_interval(flat_a, flat_b, correlation, level),
        permutation_p(correlation, _landmarks_permuted(*covariances, draws, rng)),
        np.stack([(flat - middle) @ axes_b.T for flat in (flat_a, flat_b)]),
    )


def chance_of_angle(degrees: ArrayLike, dimensions: int) -> Array:
    """Chance that two random directions differ by so small an angle or less, sign ignored.

    The squared cosine of random directions has a beta distribution (Li 2011).
    """
    squared = np.cos(np.radians(np.asarray(degrees, dtype=np.float64))) ** 2
    return np.asarray(betaincc(0.5, (dimensions - 1) / 2, squared))


def _components(flat: Array, k: int) -> tuple[Array, Array]:
    """The first k directions, shape (k, D), and their shares of the variance."""
    centred = flat - flat.mean(axis=0)
    if len(flat) > flat.shape[1]:  # many specimens: the covariance is the smaller matrix
        squares, vectors = np.linalg.eigh(centred.T @ centred)
        squares, axes = squares[::-1], vectors.T[::-1]
    else:
        _, singular, axes = np.linalg.svd(centred, full_matrices=False)
        squares = singular**2
    return axes[:k], squares[:k] / squares.sum()


def _angles(a: Array, b: Array) -> Array:
    return np.degrees(np.arccos(np.clip(np.abs(np.sum(a * b, axis=1)), 0, 1)))


def _covariance(flat: Array) -> Array:
    return np.cov(flat, rowvar=False)


def _correlation(a: Array, b: Array) -> float:
    """Between the lower triangles, diagonals included, of two symmetric matrices."""
    count = len(a) * (len(a) + 1) / 2
    a, b = a - _lower(a) / count, b - _lower(b) / count
    below = np.sqrt(_lower_product(a, a) * _lower_product(b, b))
    return float(_lower_product(a, b) / below) if below > 0 else float("nan")


def _correlation_interval(a: Array, b: Array, whole: float, level: float) -> tuple[float, float]:
    rest = [np.arange(len(a)) != i for i in range(len(a))]
    reduced = [_correlation(_covariance(a[keep]), _covariance(b[keep])) for keep in rest]
    z = np.arctanh(np.clip([whole, *reduced], -_LARGEST, _LARGEST))
    low, high = np.tanh(jackknife_interval(float(z[0]), z[1:], level))
    return float(low), float(high)


def _lower(matrix: Array) -> float:
    return float(matrix.sum() + np.trace(matrix)) / 2


def _lower_product(a: Array, b: Array) -> float:
    return float(np.vdot(a, b) + np.vdot(np.diag(a), np.diag(b))) / 2


def _landmarks_permuted(a: Array, b: Array, draws: int, rng: np.random.Generator) -> list[float]:
    points = len(a) // 3
    found = []
    for _ in range(draws):
        order = (3 * rng.permutation(points)[:, None] + np.arange(3)).ravel()
        found.append(_correlation(a[np.ix_(order, order)], b))
    return found
