"""New shapes like those that there are: scores drawn from a Gaussian, a mixture or a kernel density."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError

Array = NDArray[np.float64]
SAMPLERS = ("Gaussian", "Mixture", "KDE")
_MOST_PARTS = 6


class Sampler(Protocol):
    """Draws the scores of one shape, mm, shape (M,)."""

    def draw(self, rng: np.random.Generator) -> Array:
        """A function of the generator's state alone."""
        ...


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Independent modes with these standard deviations, mm, shape (M,)."""

    sd: Array

    def draw(self, rng: np.random.Generator) -> Array:
        """Scores, mm."""
        return np.asarray(rng.standard_normal(len(self.sd)) * self.sd)


@dataclass(frozen=True, eq=False)
class Mixture:
    """Gaussians with weights, shape (K,), means, (K, M), and roots of covariances, (K, M, M), in mm."""

    weights: Array
    means: Array
    roots: Array

    def draw(self, rng: np.random.Generator) -> Array:
        """Scores, mm."""
        part = rng.choice(len(self.weights), p=self.weights)
        return np.asarray(self.means[part] + self.roots[part] @ rng.standard_normal(self.means.shape[1]))


@dataclass(frozen=True, eq=False)
class Kernels:
    """A Gaussian of standard deviations `sd`, mm, (M,), around each of `scores`, mm, (S, M)."""

    scores: Array
    sd: Array

    def draw(self, rng: np.random.Generator) -> Array:
        """Scores, mm."""
        centre = self.scores[rng.integers(len(self.scores))]
        return np.asarray(centre + rng.standard_normal(len(self.sd)) * self.sd)


def sampler_of(name: str, scores: Array, parts: int = 0, seed: int = 0) -> Sampler:
    """The sampler of that name, whatever its case, fitted to scores, shape (S, M), mm.

    Parameters
    ----------
    name : str
        One of `SAMPLERS`.
    scores : ndarray, shape (S, M)
        Of the real shapes; their mean is zero.
    parts : int
        Gaussians of a mixture; 0: as many as the Bayesian information criterion likes best.
    seed : int
        Of the fit.

    Raises
    ------
    ValueError
        If the name is unknown or there are more parts than shapes.
    """
    chosen = {one.lower(): one for one in SAMPLERS}.get(name.lower())
    if chosen is None:
        raise ValueError(f"sampler is {name!r}: allowed is one of {', '.join(SAMPLERS)}")
    sd = scores.std(axis=0, ddof=1)
    if chosen == "Gaussian":
        return Gaussian(sd)
    if chosen == "KDE":
        return Kernels(scores, _bandwidth(scores / sd) * sd)
    return _mixture(scores, sd, parts, seed)


def nearest_real(scores: Array, real: Array, sd: Array) -> int:
    """Row of `real`, (S, M), that is nearest to `scores`, (M,), in standard deviations of each mode."""
    return int((((real - scores) / sd) ** 2).sum(axis=1).argmin())


def _bandwidth(white: Array) -> float:
    """Root mean squared distance per mode between nearest shapes, in standard deviations."""
    squared = ((white[:, None] - white[None]) ** 2).sum(axis=-1)
    np.fill_diagonal(squared, np.inf)
    return float(np.sqrt(squared.min(axis=1).mean() / white.shape[1]))


def _mixture(scores: Array, sd: Array, parts: int, seed: int) -> Mixture:
    try:
        from sklearn.mixture import GaussianMixture
    except ImportError as error:
        remedy = "install what training needs with: pip install 'craniomark[train]'"
        raise InputError("sampler Mixture", "scikit-learn", "not installed", remedy) from error
    white = scores / sd
    if parts > len(white) // 2:
        raise ValueError(
            f"mixture is {parts}: allowed are 1 to {len(white) // 2} parts for {len(white)} shapes"
        )
    tried = [parts] if parts else range(1, max(2, min(_MOST_PARTS, len(white) // 4) + 1))
    fits = [
        GaussianMixture(k, covariance_type="diag", reg_covar=1e-3, random_state=seed).fit(white)
        for k in tried
    ]
    best = min(fits, key=lambda one: one.bic(white))
    roots = np.sqrt(best.covariances_)[:, :, None] * np.diag(sd)
    return Mixture(best.weights_ / best.weights_.sum(), best.means_ * sd, roots)
