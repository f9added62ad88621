"""Directional and fluctuating asymmetry of a sample, with what chance would give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.geometry.permutation import sign_flip_test
from craniomark.ground.geometry.procrustes import generalised_procrustes
from craniomark.ground.geometry.symmetry import BilateralStructure

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sidedness:
    """Asymmetry of a sample of shapes.

    Attributes
    ----------
    directional : ndarray, shape (N, 3)
        Mean asymmetric component, mm: what all share. Each landmark's distance from perfect
        symmetry, so half of the difference between the sides.
    directional_mm : float
        Root mean square length of it over landmarks, mm.
    directional_p : float
        By permutation: the sides of a specimen change places.
    fluctuating : ndarray, shape (S, N, 3)
        What each specimen has beside the directional part, mm.
    fluctuating_mm : float
        Standard deviation of it, as root mean square length over landmarks, mm; errors of placement
        are in it.
    scores : ndarray, shape (S,)
        Root mean square length of each specimen's fluctuating part, mm.
    """

    directional: Array
    directional_mm: float
    directional_p: float
    fluctuating: Array
    fluctuating_mm: float
    scores: Array


def sidedness(
    shapes: ArrayLike, structure: BilateralStructure, rng: np.random.Generator, draws: int = 999
) -> Sidedness:
    """Directional and fluctuating asymmetry (object symmetry; Klingenberg, Barluenga & Meyer 2002).

    Shapes and their mirrored, relabelled copies are superimposed together, with scaling; lengths
    are mm at the mean centroid size.

    Parameters
    ----------
    shapes : array_like, shape (S, N, 3)
        Specimens, mm; nothing may be missing.
    structure : BilateralStructure
        Pairs and midline of all N landmarks.
    rng : numpy.random.Generator
        Source of the permutations.
    draws : int
        How many.

    Raises
    ------
    ValueError
        If there are fewer than two specimens, or a landmark is unpaired.
    """
    x = np.asarray(shapes, dtype=np.float64)
    if x.ndim != 3 or len(x) < 2:
        raise ValueError(f"an array of shape (S, N, 3) is needed, S at least 2, not {x.shape}")
    if structure.unpaired or len(structure.mean) != x.shape[1]:
        raise ValueError("every landmark must be paired or on the midline")
    mirrored = (x * np.array([-1.0, 1.0, 1.0]))[:, structure.partner]
    given, reflected = np.split(generalised_procrustes(np.concatenate([x, mirrored])).aligned, 2)
    parts = (given - reflected) / 2
    directional = parts.mean(axis=0)
    fluctuating = parts - directional
    p, _ = sign_flip_test(parts, draws, rng)
    lost = len(x) / (len(x) - 1)
    scores = np.sqrt(np.mean(np.sum(fluctuating**2, axis=2), axis=1) * lost)
    return Sidedness(
        directional,
        float(np.sqrt(np.mean(np.sum(directional**2, axis=1)))),
        p,
        fluctuating,
        float(np.sqrt(np.mean(scores**2))),
        scores,
    )
