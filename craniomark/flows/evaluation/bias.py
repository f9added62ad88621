"""Bias of each landmark, and whether chance explains it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from craniomark.flows.evaluation.errors import PointError
from craniomark.flows.evaluation.plain import NotEnough
from craniomark.flows.evaluation.resampling import Resampling
from craniomark.flows.evaluation.samples import arrays_of
from craniomark.ground.geometry import adjusted_p, hotelling_test, sign_flip_test

Array = NDArray[np.float64]
Vector = tuple[float, float, float]

_SECTION = 2
_CLEAR = 0.05


@dataclass(frozen=True)
class LandmarkBias:
    """Mean of predicted less true of one landmark.

    Attributes
    ----------
    n : int
        Specimens.
    bias_mm, low_mm, high_mm : tuple of float
        The mean and its t interval for each axis, mm, along the axes of the true mean shape.
    length_mm : float
        Length of the mean, mm.
    p : float
        Of zero bias, by sign flips; no smaller than 1 in 2^(n - 1).
    p_hotelling : float
        Of zero bias by Hotelling's test; NaN with three specimens or fewer.
    p_adjusted : float
        The latter as a false discovery rate over all landmarks.
    """

    n: int
    bias_mm: Vector
    low_mm: Vector
    high_mm: Vector
    length_mm: float
    p: float
    p_hotelling: float
    p_adjusted: float


@dataclass(frozen=True)
class Bias:
    """Bias of all landmarks.

    Attributes
    ----------
    p : float
        Of no bias in any landmark: the offsets of whole specimens change sign.
    rms_mm : float
        Root mean square length of the bias over landmarks, mm; chance alone gives some.
    biased : tuple of str
        Labels whose adjusted p is below 0.05.
    landmarks : mapping of str to LandmarkBias
        By label.
    """

    p: float
    rms_mm: float
    biased: tuple[str, ...]
    landmarks: Mapping[str, LandmarkBias]


def bias_of(pairs: Sequence[PointError], turns: Mapping[str, Array], how: Resampling) -> Bias:
    """Bias of each landmark with its test against zero.

    Parameters
    ----------
    pairs : sequence of PointError
        With both sides.
    turns : mapping of str to ndarray, shape (3, 3)
        Rotation of each specimen to the frame of the true mean shape; identity where there is none.
    how : Resampling
        Draws, seed and level.

    Raises
    ------
    NotEnough
        If there are fewer than two specimens.
    """
    ids, labels, predicted, truth = arrays_of(pairs)
    if len(ids) < 2:
        raise NotEnough("at least two specimens are needed.")
    offsets = np.einsum(
        "sij,snj->sni", np.array([turns.get(id_, np.eye(3)) for id_ in ids]), predicted - truth
    )
    found = [_of_landmark(offsets[:, j], how, j) for j in range(len(labels))]
    adjusted = adjusted_p(one[-1] for one in found)
    landmarks = {
        label: LandmarkBias(*one, p_adjusted=float(p))
        for label, one, p in zip(labels, found, adjusted, strict=True)
    }
    counts = np.isfinite(offsets[..., 0]).sum(axis=0)
    weighed = np.nan_to_num(offsets) * (len(ids) / counts)[:, None]  # so that their mean is the bias
    overall, _ = sign_flip_test(weighed, how.draws, how.rng(_SECTION))
    rms = float(np.sqrt(np.mean([one.length_mm**2 for one in landmarks.values()])))
    biased = tuple(label for label, one in landmarks.items() if one.p_adjusted < _CLEAR)
    return Bias(overall, rms, biased, landmarks)


def _of_landmark(
    offsets: Array, how: Resampling, index: int
) -> tuple[int, Vector, Vector, Vector, float, float, float]:
    offsets = offsets[np.isfinite(offsets).all(axis=1)]
    n, mean = len(offsets), offsets.mean(axis=0)
    half = np.full(3, np.nan)
    if n > 1:
        half = stdtrit(n - 1, how.tails[1]) * offsets.std(axis=0, ddof=1) / np.sqrt(n)
    p = sign_flip_test(offsets, how.draws, how.rng(_SECTION, index))[0] if n > 1 else float("nan")
    ends = _vector(mean - half), _vector(mean + half)
    return n, _vector(mean), *ends, float(np.linalg.norm(mean)), p, hotelling_test(offsets).p


def _vector(values: Array) -> Vector:
    return float(values[0]), float(values[1]), float(values[2])
