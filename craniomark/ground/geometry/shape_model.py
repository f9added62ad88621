"""Linear model of shape: a mean, a few modes, and what they leave."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.geometry.fits import apply, invert, similarity_fit

Array = NDArray[np.float64]

_MOST_FOLDS = 20
_IMPUTATIONS = 20
_ALIGNMENTS = 10
_SMALLEST_SD = 1e-6  # mm


@dataclass(frozen=True, eq=False)
class ShapeModel:
    """Mean shape, modes of variation and residual noise of N landmarks.

    Attributes
    ----------
    mean : ndarray, shape (N, 3)
        Mean shape, mm, in the model's frame.
    modes : ndarray, shape (M, N, 3)
        Orthonormal directions of variation; M may be 0.
    variances : ndarray, shape (M,)
        Variance of the score of each mode, mm^2, largest first.
    residual_sd : ndarray, shape (N,)
        Standard deviation per coordinate, mm, of what the modes leave at each landmark of shapes
        that took no part in finding the modes.
    """

    mean: Array
    modes: Array
    variances: Array
    residual_sd: Array

    def __post_init__(self) -> None:
        n = len(self.mean)
        if self.mean.shape != (n, 3) or self.modes.shape[1:] != (n, 3):
            raise ValueError(f"mean and modes differ in shape: {self.mean.shape} and {self.modes.shape}")
        if self.variances.shape != (len(self.modes),) or self.residual_sd.shape != (n,):
            raise ValueError("a shape model needs one variance per mode and one residual per landmark")
        arrays = (self.mean, self.modes, self.variances, self.residual_sd)
        if not all(np.isfinite(a).all() for a in arrays):
            raise ValueError("a shape model must hold finite numbers only")
        flat = self._flat_modes
        if np.abs(flat @ flat.T - np.eye(len(flat))).max(initial=0.0) > 1e-3:
            raise ValueError("the modes of a shape model must be orthonormal")
        if (self.variances < 0).any() or (self.residual_sd < 0).any():
            raise ValueError("variances and residuals of a shape model must not be negative")

    @property
    def _flat_modes(self) -> Array:
        return self.modes.reshape(len(self.modes), self.mean.size)

    def scores(self, points: ArrayLike, weights: ArrayLike | None = None) -> Array:
        """Mode scores, mm, shape (M,), of points in the model's frame; missing rows are left out.

        Where too few points are present to tell the modes apart, the least unusual answer is taken.
        """
        points = np.asarray(points, dtype=np.float64)
        root = np.repeat(np.sqrt(_row_weights(points, weights)), 3)
        offset = np.nan_to_num(points - self.mean).ravel()
        sd = np.sqrt(self.variances)
        design = (self._flat_modes * sd[:, None]).T * root[:, None]
        return np.asarray(sd * np.linalg.lstsq(design, offset * root, rcond=1e-9)[0])

    def shape(self, scores: ArrayLike) -> Array:
        """Points in the model's frame, shape (N, 3), of mode scores, mm, shape (M,)."""
        return np.asarray(self.mean + np.tensordot(np.asarray(scores, dtype=np.float64), self.modes, 1))

    def project(self, points: ArrayLike, weights: ArrayLike | None = None, limit_sd: float = 3.0) -> Array:
        """Nearest shape of the model, brought to where `points` are.

        The points are aligned by a similarity and explained by the modes; both are repeated, so that
        a shape of the model is returned as it came.

        Parameters
        ----------
        points : array_like, shape (N, 3)
            mm, in any frame; NaN rows are missing and come back filled.
        weights : array_like, shape (N,), optional
            Trust in each point; 0 as if missing.
        limit_sd : float
            Scores are kept within this many standard deviations.

        Returns
        -------
        ndarray, shape (N, 3)
            mm, in the frame of `points`.

        Raises
        ------
        ValueError
            If fewer than three points are present, or they lie on one line.
        """
        points = np.asarray(points, dtype=np.float64)
        trust = _row_weights(points, weights)
        limit = limit_sd * np.sqrt(self.variances)
        shape = self.mean
        for _ in range(_ALIGNMENTS):
            to_model = similarity_fit(points, shape, trust)
            scores = np.clip(self.scores(apply(to_model, points), trust), -limit, limit)
            before, shape = shape, self.shape(scores)
            if np.abs(shape - before).max() < 1e-9 * np.abs(self.mean).max():
                break
        return apply(similarity_fit(shape, points, trust), shape)

    def conditional_sd(self) -> Array:
        """Standard deviation per coordinate, mm, of each landmark once all others are known, (N,)."""
        precision = self._precision(np.arange(len(self.mean)))
        blocks = [np.linalg.inv(_block(precision, i)) for i in range(len(self.mean))]
        return np.asarray(np.sqrt([np.trace(block) / 3 for block in blocks]))

    def predict_each_from_others(self, points: ArrayLike) -> Array:
        """Expected place of each landmark given the others alone (Gaussian conditioning).

        Parameters
        ----------
        points : array_like, shape (N, 3)
            mm, in any frame; NaN rows are missing and are predicted from the present ones.

        Returns
        -------
        ndarray, shape (N, 3)
            mm, in the frame of `points`. Row i doesn't depend on ``points[i]``.

        Raises
        ------
        ValueError
            If the points without any one of them are too few to be aligned.
        """
        points = np.asarray(points, dtype=np.float64)
        present = np.isfinite(points).all(axis=1)
        everyone = np.flatnonzero(present)
        precision = self._precision(everyone)
        predicted = np.empty_like(points)
        for row, i in enumerate(everyone):
            to_model, offset = self._aligned_without(points, present, int(i))
            offset = offset[everyone]
            offset[row] = 0.0
            pull = (precision[3 * row : 3 * row + 3] @ offset.ravel()).reshape(3)
            expected = self.mean[i] - np.linalg.solve(_block(precision, row), pull)
            predicted[i] = apply(invert(to_model), expected)
        absent = np.flatnonzero(~present)
        if len(absent):
            to_model, offset = self._aligned_without(points, present, -1)
            pull = precision @ offset[everyone].ravel()
            scores = self.variances * (self.modes[:, everyone].reshape(len(self.modes), len(pull)) @ pull)
            predicted[absent] = apply(invert(to_model), self.shape(scores)[absent])
        return predicted

    def to_arrays(self) -> dict[str, Array]:
        """Arrays by name, for an npz file."""
        names = ("mean", "modes", "variances", "residual_sd")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, ArrayLike]) -> "ShapeModel":
        """Model from the arrays of `to_arrays`; ValueError where one is absent or misshapen."""
        names = ("mean", "modes", "variances", "residual_sd")
        absent = [name for name in names if name not in arrays]
        if absent:
            raise ValueError(f"a shape model needs the array {absent[0]!r}")
        return cls(*(np.array(arrays[name], dtype=np.float64) for name in names))

    def _aligned_without(
        self, points: Array, present: NDArray[np.bool_], left_out: int
    ) -> tuple[Array, Array]:
        trust = present.astype(np.float64)
        if left_out >= 0:
            trust[left_out] = 0.0
        to_model = similarity_fit(points, self.mean, trust)
        return to_model, apply(to_model, points) - self.mean

    def _precision(self, rows: NDArray[np.intp]) -> Array:
        """Inverse covariance, 1/mm^2, of the coordinates of some landmarks, shape (3R, 3R)."""
        modes = self.modes[:, rows].reshape(len(self.modes), 3 * len(rows))
        noise = np.repeat(np.maximum(self.residual_sd[rows], _SMALLEST_SD) ** 2, 3)
        covariance = (modes.T * self.variances) @ modes + np.diag(noise)
        return np.asarray(np.linalg.inv(covariance))


def fit_shape_model(aligned: ArrayLike, n_modes: int) -> ShapeModel:
    """Principal components of aligned shapes, with residuals of left-out shapes.

    Parameters
    ----------
    aligned : array_like, shape (S, N, 3)
        Shapes in one frame, mm (as from `generalised_procrustes`); missing landmarks are NaN and
        are filled from the model itself until that stands still.
    n_modes : int
        How many modes to keep; the model has S - 2 where more are asked for, so that a residual is left.

    Returns
    -------
    ShapeModel

    Raises
    ------
    ValueError
        If there are fewer than three shapes, or a landmark is missing in all of them.
    """
    shapes = np.asarray(aligned, dtype=np.float64)
    if shapes.ndim != 3 or shapes.shape[2] != 3:
        raise ValueError(f"aligned shapes must be an array of shape (S, N, 3), not {shapes.shape}")
    if len(shapes) < 3:
        raise ValueError(f"a shape model needs at least three shapes, not {len(shapes)}")
    if n_modes < 0:
        raise ValueError(f"the number of modes must not be negative, it is {n_modes}")
    present = np.asarray(np.isfinite(shapes).all(axis=2))
    if not present.any(axis=0).all():
        raise ValueError("a landmark is missing in every shape")
    n_modes = min(n_modes, len(shapes) - 2)
    filled = _filled(shapes, present, n_modes)
    mean, modes, variances = _components(filled, n_modes)
    residual_sd = _left_out_residual(filled, present, n_modes)
    return ShapeModel(mean, modes, variances, residual_sd)


def _components(shapes: Array, n_modes: int) -> tuple[Array, Array, Array]:
    mean = shapes.mean(axis=0)
    _, s, vt = np.linalg.svd((shapes - mean).reshape(len(shapes), -1), full_matrices=False)
    kept = min(n_modes, int(np.count_nonzero(s > 1e-10 * max(s[0], 1e-300))))
    modes = vt[:kept].reshape(kept, *mean.shape)
    return mean, modes, s[:kept] ** 2 / max(len(shapes) - 1, 1)


def _reconstructed(shapes: Array, mean: Array, modes: Array) -> Array:
    scores = np.einsum("snc,mnc->sm", shapes - mean, modes)
    return np.asarray(mean + np.einsum("sm,mnc->snc", scores, modes))


def _filled(shapes: Array, present: NDArray[np.bool_], n_modes: int) -> Array:
    filled = np.where(present[..., None], shapes, np.nanmean(shapes, axis=0))
    if present.all():
        return filled
    few = min(n_modes, max(1, len(shapes) // 4))  # as many modes as shapes would explain any filling
    for _ in range(_IMPUTATIONS):
        mean, modes, _ = _components(filled, few)
        filled = np.where(present[..., None], shapes, _reconstructed(filled, mean, modes))
    return filled


def _left_out_residual(filled: Array, present: NDArray[np.bool_], n_modes: int) -> Array:
    folds = min(len(filled), _MOST_FOLDS)
    fold = np.arange(len(filled)) % folds
    residual = np.empty_like(filled)
    for k in range(folds):
        mean, modes, _ = _components(filled[fold != k], n_modes)
        residual[fold == k] = filled[fold == k] - _reconstructed(filled[fold == k], mean, modes)
    squares = np.sum(residual**2, axis=2) * present
    return np.asarray(np.sqrt(squares.sum(axis=0) / (3 * present.sum(axis=0))))


def _row_weights(points: Array, weights: ArrayLike | None) -> Array:
    present = np.asarray(np.isfinite(points).all(axis=1))
    if weights is None:
        return present.astype(np.float64)
    return np.where(present, np.asarray(weights, dtype=np.float64), 0.0)


def _block(matrix: Array, i: int) -> Array:
    return matrix[3 * i : 3 * i + 3, 3 * i : 3 * i + 3]
