"""How sure networks are of each particle: what they tell themselves, and where they disagree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from craniomark.tasks.shape.network import Answer

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Doubt:
    """Shapes with the standard deviation of each particle.

    Attributes
    ----------
    particles : ndarray, shape (B, N, 3)
        Mm.
    scores : ndarray, shape (B, L)
        Mm where they are a shape model's.
    sd : ndarray or None, shape (B, N)
        Root of the sum of the variances along three axes, mm.
    """

    particles: Array
    scores: Array
    sd: Array | None


def one_network(answer: Answer, weight: Tensor | None, spread: tuple[Tensor, Tensor] | None) -> Doubt:
    """What one network says.

    Parameters
    ----------
    answer : Answer
        Of the network.
    weight : Tensor or None, shape (3 N, L)
        Of a linear decoder, by which the variance of scores becomes one of particles.
    spread : pair of Tensor or None, shape (L,)
        Mean and standard deviation of the scores, by which they were whitened.
    """
    scores = answer.scores.float()
    total = torch.zeros(answer.particles.shape[:2])
    known = False
    if answer.score_logvar is not None and weight is not None:
        scale = answer.score_logvar.float().exp() * (spread[1] ** 2 if spread else 1.0)
        total = total + (scale @ weight.square().T).reshape(*total.shape, 3).sum(-1).cpu()
        known = True
    if answer.particle_logvar is not None:
        total = total + 3 * answer.particle_logvar.float().exp().cpu()
        known = True
    if spread is not None:
        scores = scores * spread[1] + spread[0]
    sd = np.sqrt(total.double().numpy()) if known else None
    return Doubt(answer.particles.float().cpu().double().numpy(), scores.cpu().double().numpy(), sd)


def combined(doubts: Sequence[Doubt]) -> Doubt:
    """Means over networks, with the variance between them beside that which each tells."""
    if len(doubts) == 1:
        return doubts[0]
    particles = np.stack([one.particles for one in doubts])
    mean = particles.mean(axis=0)
    between = particles.var(axis=0, ddof=1).sum(axis=-1)
    told = [one.sd**2 for one in doubts if one.sd is not None]
    within = np.mean(told, axis=0) if told else 0.0
    same = len({one.scores.shape for one in doubts}) == 1
    scores = np.mean([one.scores for one in doubts], axis=0) if same else doubts[0].scores
    return Doubt(mean, scores, np.sqrt(between + within))


def calibrated(sd: Array, errors: Array, share: float = 0.9) -> float:
    """Factor that makes standard deviations bounds which this share of the errors stays under.

    Parameters
    ----------
    sd, errors : ndarray, shape (S, N)
        Of specimens that were not learnt from, mm.
    share : float
        Of all particles.
    """
    return float(np.quantile(errors / np.maximum(sd, 1e-9), share))


def coverage(bound: Array, errors: Array) -> float:
    """Share of errors that stay under their bound."""
    return float((errors <= bound).mean())


def rank_correlation(sd: Array, errors: Array) -> float:
    """Spearman's correlation between doubt and error, over all particles; 0 where one doesn't vary."""
    from scipy.stats import spearmanr

    if np.ptp(sd) == 0 or np.ptp(errors) == 0:
        return 0.0
    return float(spearmanr(sd.ravel(), errors.ravel()).statistic)
