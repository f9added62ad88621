"""Left/right structure of landmarks, found from their positions alone, and what asymmetry tells."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from craniomark.ground.geometry.fits import apply, nearest_rotation, rigid_fit, similarity_fit

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

_DIRECTIONS = 150
_ROUNDS = 30
_NOT_PAIRED = -1
_MEAN_BY_RMS = float(np.sqrt(8 / (3 * np.pi)))  # of the length of a 3-D normal vector


@dataclass(frozen=True, eq=False)
class BilateralStructure:
    """Which landmarks mirror which.

    Attributes
    ----------
    pairs : tuple of (int, int)
        Indices of mirrored landmarks; the first lies on the side that `normal` points to.
    midline : tuple of int
        Landmarks on the mirror plane.
    unpaired : tuple of int
        Landmarks that fit neither; empty for usual skull sets.
    normal : ndarray, shape (3,)
        Unit normal of the mirror plane.
    point : ndarray, shape (3,)
        A point of the plane, mm.
    mean : ndarray, shape (N, 3)
        The points that the structure was found on, mm.
    """

    pairs: tuple[tuple[int, int], ...]
    midline: tuple[int, ...]
    unpaired: tuple[int, ...]
    normal: Array
    point: Array
    mean: Array

    @property
    def partner(self) -> Indices:
        """Index of the mirrored landmark, itself on the midline, -1 where there is none; (N,)."""
        partner = np.full(len(self.mean), _NOT_PAIRED, dtype=np.intp)
        for i, j in self.pairs:
            partner[i], partner[j] = j, i
        partner[list(self.midline)] = self.midline
        return partner

    @property
    def reflection(self) -> Array:
        """Mirroring at the plane as a 4x4 matrix, mm."""
        matrix = np.eye(4)
        matrix[:3, :3] -= 2 * np.outer(self.normal, self.normal)
        matrix[:3, 3] = 2 * (self.normal @ self.point) * self.normal
        return matrix

    def mirrored(self, points: ArrayLike) -> Array:
        """Points reflected at the plane and relabelled, shape (..., N, 3); NaN without a partner."""
        points = np.asarray(points, dtype=np.float64)
        reflected = apply(self.reflection, points)[..., self.partner, :]
        return np.where((self.partner == _NOT_PAIRED)[:, None], np.nan, reflected)


@dataclass(frozen=True, eq=False)
class Asymmetry:
    """Symmetric and asymmetric part of a shape (object symmetry, Klingenberg et al. 2002).

    Attributes
    ----------
    symmetric : ndarray, shape (N, 3)
        Mean of the shape and its relabelled mirror image, mm, in the frame of the shape.
    asymmetric : ndarray, shape (N, 3)
        Shape less its symmetric part, mm; NaN where a landmark or its partner is missing.
    """

    symmetric: Array
    asymmetric: Array


@dataclass(frozen=True, eq=False)
class AnnotationNoise:
    """Error of annotation that would explain the asymmetry of paired landmarks.

    An upper bound: true fluctuating asymmetry counts as noise. Directional asymmetry, the mean over
    specimens, is taken out first where there are several.

    Attributes
    ----------
    mean_mm : float
        Mean distance of an annotated point to its true place, mm, over paired landmarks.
    rms_mm : float
        Root mean square of that distance, mm.
    per_point_rms_mm : ndarray, shape (N,)
        The same for each landmark (equal within a pair); NaN off the pairs.
    """

    mean_mm: float
    rms_mm: float
    per_point_rms_mm: Array


def find_bilateral_structure(points: ArrayLike, tolerance: float = 0.1) -> BilateralStructure:
    """Mirror plane, left/right pairs and midline of a shape from its points alone.

    Planes of many directions through the centroid are each refined by matching every point to its
    reflected partner one to one and fitting the plane anew; the plane that explains most wins.

    Parameters
    ----------
    points : array_like, shape (N, 3)
        A mean shape (or one specimen), mm; NaN rows stay unpaired.
    tolerance : float
        How far a reflected point may lie from its partner, as a ratio of the root mean square
        distance of the points to their centroid.

    Returns
    -------
    BilateralStructure

    Raises
    ------
    ValueError
        If fewer than four points are present, or no plane pairs at least half of them.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3:
        raise ValueError(f"points must be an array of shape (N, 3), not {points.shape}")
    rows = np.flatnonzero(np.isfinite(points).all(axis=1))
    if len(rows) < 4:
        raise ValueError(f"a mirror plane needs at least four points, {len(rows)} are present")
    x = points[rows]
    reach = tolerance * float(np.sqrt(np.mean(np.sum((x - x.mean(axis=0)) ** 2, axis=1))))
    found = [_refined(x, normal, reach) for normal in _candidate_normals(x)]
    _, normal, point, partner = min(found, key=lambda candidate: candidate[0])
    matched = np.count_nonzero(partner != _NOT_PAIRED)
    if matched < 0.5 * len(x) or not _pairs(partner):
        raise ValueError("these points show no left and right: no plane mirrors half of them onto others")
    return _structure(points, rows, normal, point, partner)


def asymmetry(points: ArrayLike, structure: BilateralStructure) -> Asymmetry:
    """Split a shape into its symmetric and asymmetric part.

    Parameters
    ----------
    points : array_like, shape (N, 3)
        One specimen, mm, in any frame; NaN rows are missing.
    structure : BilateralStructure
        Pairs and midline of the same landmarks.

    Returns
    -------
    Asymmetry
        ``symmetric + asymmetric`` is the shape, where both are known.

    Raises
    ------
    ValueError
        If too few landmarks are present on both sides.
    """
    points = np.asarray(points, dtype=np.float64)
    mirrored = structure.mirrored(points)
    # At its best fit the mirror image differs by opposite amounts at the two points of a pair.
    mirrored = apply(rigid_fit(mirrored, points), mirrored)
    return Asymmetry((points + mirrored) / 2, (points - mirrored) / 2)


def annotation_noise(shapes: ArrayLike, structure: BilateralStructure) -> AnnotationNoise:
    """Annotation error implied by the left/right asymmetry of specimens.

    Parameters
    ----------
    shapes : array_like, shape (S, N, 3)
        Specimens, mm, each in its own frame; NaN where missing.
    structure : BilateralStructure
        Pairs and midline of the same landmarks.

    Returns
    -------
    AnnotationNoise

    Raises
    ------
    ValueError
        If a specimen has too few landmarks, or no pair was annotated at all.
    """
    parts = _in_frame(shapes, structure)
    seen: NDArray[np.bool_] = np.asarray(np.isfinite(parts[..., 0]))
    count = np.maximum(seen.sum(axis=0), 1)
    several = len(parts) > 1
    directional = np.nansum(parts, axis=0) / count[:, None] if several else np.zeros(parts.shape[1:])
    lost = count / np.maximum(count - 1, 1) if several else np.ones(len(count))
    # Half a difference of two equal, independent errors has half the variance of one.
    squares = 2 * np.nansum((parts - directional) ** 2, axis=(0, 2)) / count * lost
    paired = np.array(sorted(i for pair in structure.pairs for i in pair), dtype=np.intp)
    paired = paired[seen[:, paired].any(axis=0)]
    if not len(paired):
        raise ValueError("no pair of landmarks is present on both sides")
    per_point = np.full(parts.shape[1], np.nan)
    per_point[paired] = np.sqrt(squares[paired])
    rms = float(np.sqrt(np.mean(squares[paired])))
    return AnnotationNoise(_MEAN_BY_RMS * float(per_point[paired].mean()), rms, per_point)


def directional_asymmetry_sign(shapes: ArrayLike, structure: BilateralStructure) -> Array:
    """How each specimen's asymmetry agrees with that of the cohort: a check of handedness.

    A mirrored scan, labelled by what looks left and right, has the asymmetry of the others with the
    opposite sign.

    Parameters
    ----------
    shapes : array_like, shape (S, N, 3)
        Specimens, mm, each in its own frame; NaN where missing.
    structure : BilateralStructure
        Pairs and midline of the same landmarks.

    Returns
    -------
    ndarray, shape (S,)
        Correlation, -1 to 1, of the specimen's asymmetry with the cohort's shared direction, which
        is found from the others alone; its sign is chosen so that most specimens are positive.
        Values near 0 say nothing; one clearly below 0 among clearly positive ones is suspect.

    Raises
    ------
    ValueError
        If there are fewer than three specimens.
    """
    parts = np.nan_to_num(_in_frame(shapes, structure))
    if len(parts) < 3:
        raise ValueError(f"signs of asymmetry need at least three specimens, not {len(parts)}")
    flat = parts.reshape(len(parts), -1)
    flat = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-300)
    overall = _shared_direction(flat)
    agreement = np.empty(len(flat))
    for i in range(len(flat)):
        others = _shared_direction(np.delete(flat, i, axis=0))
        agreement[i] = flat[i] @ others * (1.0 if others @ overall >= 0 else -1.0)
    most = np.sign(np.sum(np.sign(agreement))) or np.sign(agreement.sum()) or 1.0
    return np.asarray(agreement * most)


def _candidate_normals(x: Array) -> Array:
    axes = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)[2]
    k = np.arange(_DIRECTIONS) + 0.5  # a Fibonacci spiral on the half sphere
    z, turn = k / _DIRECTIONS, np.pi * (1 + np.sqrt(5)) * k
    ring = np.sqrt(1 - z**2)
    return np.vstack([axes, np.stack([ring * np.cos(turn), ring * np.sin(turn), z], axis=1)])


def _refined(x: Array, normal: Array, reach: float) -> tuple[float, Array, Array, Indices]:
    point = x.mean(axis=0)
    partner = np.full(len(x), _NOT_PAIRED, dtype=np.intp)
    cost = np.inf
    for round_ in range(_ROUNDS):
        generous = reach * max(1.0, 4.0 - round_)
        renewed, cost = _matched(x, normal, point, generous)
        if generous == reach and np.array_equal(renewed, partner):
            break
        partner = renewed
        if np.count_nonzero(partner != _NOT_PAIRED) < 4:
            break
        normal, point = _plane(x, partner)
    return cost, normal, point, partner


def _matched(x: Array, normal: Array, point: Array, reach: float) -> tuple[Indices, float]:
    """Partners by the one-to-one match of least cost, and the mean cost (0 to 1) per point."""
    reflected = x - 2 * ((x - point) @ normal)[:, None] * normal
    squares = np.minimum(cdist(x, reflected, "sqeuclidean") / reach**2, 1.0)
    partner = linear_sum_assignment(squares)[1].astype(np.intp)
    rows = np.arange(len(x))
    good = (partner[partner] == rows) & (squares[rows, partner] < 1.0)
    return np.where(good, partner, _NOT_PAIRED), float(np.where(good, squares[rows, partner], 1.0).mean())


def _plane(x: Array, partner: Indices) -> tuple[Array, Array]:
    """Mirror plane that best maps points onto their partners, in closed form."""
    rows = np.flatnonzero(partner != _NOT_PAIRED)
    point = x[rows].mean(axis=0)
    product = (x[rows] - point).T @ (x[partner[rows]] - point)
    return np.linalg.eigh(product + product.T)[1][:, 0], point


def _pairs(partner: Indices) -> list[tuple[int, int]]:
    return [(i, int(j)) for i, j in enumerate(partner) if j > i]


def _structure(
    points: Array, rows: Indices, normal: Array, point: Array, partner: Indices
) -> BilateralStructure:
    normal = normal * (1.0 if normal[np.argmax(np.abs(normal))] > 0 else -1.0)
    pairs = [(int(rows[i]), int(rows[j])) for i, j in _pairs(partner)]
    pairs = [(i, j) if (points[i] - points[j]) @ normal > 0 else (j, i) for i, j in pairs]
    midline = tuple(int(rows[i]) for i, j in enumerate(partner) if i == j)
    taken = {i for pair in pairs for i in pair} | set(midline)
    unpaired = tuple(i for i in range(len(points)) if i not in taken)
    return BilateralStructure(tuple(pairs), midline, unpaired, normal, point, points.copy())


def _in_frame(shapes: ArrayLike, structure: BilateralStructure) -> Array:
    """Asymmetric parts, mm of each specimen, turned into the frame of the structure, (S, N, 3)."""
    shapes = np.asarray(shapes, dtype=np.float64)
    if shapes.ndim != 3:
        raise ValueError(f"shapes must be an array of shape (S, N, 3), not {shapes.shape}")
    symmetric_mean = np.nanmean([structure.mean, structure.mirrored(structure.mean)], axis=0)
    parts = []
    for shape in shapes:
        split = asymmetry(shape, structure)
        turn = nearest_rotation(similarity_fit(split.symmetric, symmetric_mean))
        parts.append(split.asymmetric @ turn.T)
    return np.array(parts)


def _shared_direction(flat: Array) -> Array:
    """Unit mean of unit rows whose signs are first chosen so that the mean is longest."""
    signs = np.where(flat @ np.linalg.svd(flat, full_matrices=False)[2][0] < 0, -1.0, 1.0)
    products = flat @ flat.T
    for _ in range(10 * len(flat)):
        agreement = signs * (products @ signs) - np.diag(products)
        worst = int(np.argmin(agreement))
        if agreement[worst] >= 0:
            break
        signs[worst] *= -1
    mean = signs @ flat
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-300))
