"""How good a shape model is: compactness, generalisation, specificity (Davies 2002)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.tasks.shape.pca import FEWEST_SHAPES, ParticleModel, fit_particles

Array = NDArray[np.float64]
MOST_MODES = 40


@dataclass(frozen=True, eq=False)
class Quality:
    """Figures by number of modes, each of shape (M,).

    Attributes
    ----------
    compactness : ndarray
        Share of variance in the first modes.
    generalisation : ndarray
        Mean distance, mm, between particles of a left-out shape and its best reconstruction by modes of
        the others.
    specificity : ndarray
        Mean distance, mm, between particles of a random shape of the model and the nearest real one.
    """

    compactness: Array
    generalisation: Array
    specificity: Array


def quality(
    shapes: Array, samples: int = 200, seed: int = 0, told: Callable[[float], None] = lambda _: None
) -> Quality:
    """Quality of the model of shapes, (S, N, 3), mm, for one mode up to all that can be left out.

    Parameters
    ----------
    shapes : ndarray, shape (S, N, 3)
        Aligned, mm; at least four.
    samples : int
        Random shapes for each specificity.
    seed : int
        Of them.
    told : callable
        Hears the fraction that is done.
    """
    model = fit_particles(shapes)
    count = min(len(shapes) - 2, len(model.modes), MOST_MODES)
    left_out = np.empty((len(shapes), count))
    for number in range(len(shapes)):
        told(0.8 * number / len(shapes))
        others = np.delete(shapes, number, axis=0)
        left_out[number] = _left_out(others, shapes[number], count)
    specificity = np.empty(count)
    flat = shapes.reshape(len(shapes), -1)
    for modes in range(1, count + 1):
        told(0.8 + 0.2 * modes / count)
        specificity[modes - 1] = _specificity(model.kept(modes), shapes, flat, samples, seed)
    return Quality(model.compactness[:count], left_out.mean(axis=0), specificity)


def _left_out(others: Array, shape: Array, count: int) -> Array:
    if len(others) < FEWEST_SHAPES:
        raise ValueError(f"number of shapes is {len(others) + 1}: give at least {FEWEST_SHAPES + 1}")
    model = fit_particles(others)
    scores = model.scores(shape)
    errors = np.empty(count)
    for modes in range(1, count + 1):
        nearest = model.kept(min(modes, len(scores))).shapes(scores[:modes])
        errors[modes - 1] = np.linalg.norm(nearest - shape, axis=1).mean()
    return errors


def _specificity(model: ParticleModel, shapes: Array, flat: Array, samples: int, seed: int) -> float:
    rng = np.random.default_rng([seed, len(model.modes)])
    drawn = model.shapes(rng.standard_normal((samples, len(model.modes))) * np.sqrt(model.variances))
    drawn_flat = drawn.reshape(samples, -1)
    squared = (flat**2).sum(1) - 2 * drawn_flat @ flat.T
    nearest = shapes[squared.argmin(axis=1)]
    return float(np.linalg.norm(drawn - nearest, axis=-1).mean())
