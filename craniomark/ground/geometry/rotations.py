"""Rotations: the six-number form that networks regress, distances, and even coverings of SO(3)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]

_PHI = np.sqrt(2.0)
_PSI = 1.533751168755204288118041  # positive root of x^4 = x + 4


def matrix_from_six(six: ArrayLike) -> Array:
    """Rotation matrices from the six-number form (Zhou et al. 2019, doi 10.1109/CVPR.2019.00589).

    Parameters
    ----------
    six : array_like, shape (..., 6)
        First column, then second column of the matrix; neither needs to be of unit length, nor need
        they be orthogonal (Gram-Schmidt makes them so).

    Returns
    -------
    ndarray, shape (..., 3, 3)

    Raises
    ------
    ValueError
        If the two columns are parallel, zero or not finite.
    """
    six = np.asarray(six, dtype=np.float64)
    if six.ndim == 0 or six.shape[-1] != 6:
        raise ValueError(f"the six-number form of a rotation needs six numbers, the shape is {six.shape}")
    first = _unit(six[..., :3])
    direction = _unit(six[..., 3:])
    second = _unit(direction - np.sum(first * direction, axis=-1, keepdims=True) * first)
    return np.stack([first, second, np.cross(first, second)], axis=-1)


def six_from_matrix(matrix: ArrayLike) -> Array:
    """First two columns of rotation matrices, shape (..., 3, 3), as six numbers, shape (..., 6)."""
    matrix = np.asarray(matrix, dtype=np.float64)
    return np.concatenate([matrix[..., :, 0], matrix[..., :, 1]], axis=-1)


def rotation_angle_degrees(a: ArrayLike, b: ArrayLike) -> Array:
    """Angle of the rotation from `a` to `b`, degrees between 0 and 180.

    Parameters
    ----------
    a, b : array_like, shape (..., 3, 3)
        Rotation matrices; shapes broadcast.

    Returns
    -------
    ndarray, shape (...)
        A scalar array for two single matrices.
    """
    between = np.swapaxes(np.asarray(a, dtype=np.float64), -1, -2) @ np.asarray(b, dtype=np.float64)
    cosine = (np.trace(between, axis1=-2, axis2=-1) - 1) / 2
    skew = (between - np.swapaxes(between, -1, -2)) / 2
    sine = np.sqrt(skew[..., 2, 1] ** 2 + skew[..., 0, 2] ** 2 + skew[..., 1, 0] ** 2)
    # The arc cosine alone is accurate to 1e-8 rad at best near zero.
    return np.degrees(np.arctan2(sine, cosine))


def random_rotations(n: int, rng: np.random.Generator) -> Array:
    """Rotation matrices uniform on SO(3), shape (n, 3, 3), drawn from `rng`."""
    quaternions = rng.normal(size=(n, 4))
    return Rotation.from_quat(quaternions).as_matrix().reshape(n, 3, 3)


def super_fibonacci(n: int) -> Array:
    """Deterministic, nearly even rotations by super-Fibonacci spirals (Alexa 2022, CVPR).

    Parameters
    ----------
    n : int
        How many; the same number always gives the same rotations.

    Returns
    -------
    ndarray, shape (n, 3, 3)

    Raises
    ------
    ValueError
        If `n` is less than 1.
    """
    if n < 1:
        raise ValueError(f"a grid of rotations needs at least one of them, not {n}")
    s = np.arange(n) + 0.5
    inner, outer = np.sqrt(s / n), np.sqrt(1 - s / n)
    alpha, beta = 2 * np.pi * s / _PHI, 2 * np.pi * s / _PSI
    parts = [inner * np.sin(alpha), inner * np.cos(alpha), outer * np.sin(beta), outer * np.cos(beta)]
    return Rotation.from_quat(np.stack(parts, axis=1)).as_matrix()


def rotation_grid(n: int) -> Array:
    """The grid of rotations to search poses on: `super_fibonacci` with `n` rotations, (n, 3, 3)."""
    return super_fibonacci(n)


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if not np.all(length > 1e-12) or not np.all(np.isfinite(length)):
        raise ValueError("the two columns of a rotation must be finite, not zero and not parallel")
    return vectors / length
