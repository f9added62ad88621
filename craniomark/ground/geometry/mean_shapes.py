"""Distance between two mean shapes of the same specimens."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.geometry.permutation import sign_flip_test
from craniomark.ground.geometry.procrustes import centroid_size, generalised_procrustes, procrustes_distance

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MeanShapeTest:
    """Do two methods give the same mean shape?

    Attributes
    ----------
    distance : float
        Riemannian distance between the two mean shapes, radians.
    interval : tuple of float
        Of it, radians, over specimens: as far to both sides as the mean difference of redrawn
        samples strays from that of the sample. A distance of redrawn samples is itself too large,
        so its percentiles would not do.
    p : float
        By permutation: the two shapes of a specimen change places.
    null : ndarray, shape (P,)
        Distance under each permutation.
    """

    distance: float
    interval: tuple[float, float]
    p: float
    null: Array


def riemannian_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Angle between two shapes on the shape sphere, radians; 0 to pi/2 (Kendall 1984).

    Parameters
    ----------
    a, b : array_like, shape (N, 3)
        Paired points; pairs with a NaN are ignored.
    """
    return float(2 * np.arcsin(np.clip(procrustes_distance(a, b) / 2, 0, 1)))


def compare_mean_shapes(
    a: ArrayLike, b: ArrayLike, rng: np.random.Generator, draws: int = 999, level: float = 0.95
) -> MeanShapeTest:
    """Compare the mean shapes of two methods on the same specimens.

    Each mean comes from a superimposition of its own method's shapes. For the permutations all
    shapes are superimposed together once, which does not depend on which method made them.

    Parameters
    ----------
    a, b : array_like, shape (S, N, 3)
        Shapes of the two methods, mm, paired by specimen; nothing may be missing.
    rng : numpy.random.Generator
        Source of permutations and redrawn samples.
    draws : int
        Of each.
    level : float
        Of the interval.

    Raises
    ------
    ValueError
        If there are fewer than two specimens, or the arrays differ.
    """
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 3 or len(x) < 2:
        raise ValueError(
            f"two arrays of shape (S, N, 3) are needed, S at least 2, not {x.shape} and {y.shape}"
        )
    distance = riemannian_distance(generalised_procrustes(x).mean, generalised_procrustes(y).mean)
    joint = generalised_procrustes(np.concatenate([x, y]))
    of_a, of_b = np.split(joint.aligned / centroid_size(joint.mean), 2)
    p, null = sign_flip_test(of_a - of_b, draws, rng)
    weights = rng.multinomial(len(x), np.full(len(x), 1 / len(x)), size=draws) / len(x)
    differences = (of_a - of_b).reshape(len(x), -1)
    strayed = np.linalg.norm(weights @ differences - differences.mean(axis=0), axis=1)
    reach = float(np.quantile(strayed, level)) * np.sqrt(len(x) / (len(x) - 1))
    return MeanShapeTest(distance, (max(0.0, distance - reach), distance + reach), p, null)
