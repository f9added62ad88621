"""Blind digitising: the same specimen once more, with nothing to see of what was done before."""

from collections.abc import Mapping

import numpy as np

from craniomark.flows.review.point import Point
from craniomark.ground.checks import InputError

HIDDEN, SCATTERED = "hidden", "scattered"
STARTS = (HIDDEN, SCATTERED)
SCATTER_MM = 1.0


def blind_start(
    points: Mapping[str, Point], start: str, seed: int, scatter_mm: float = SCATTER_MM
) -> tuple[dict[str, Point], tuple[str, ...]]:
    """Points and an order of the queue that tell nothing of errors, flags and earlier decisions.

    Parameters
    ----------
    points : mapping of str to Point
        As a program gave them.
    start : {"hidden", "scattered"}
        No point is shown; or each is shown at a random place near where the program put it, to be moved.
    seed : int
        Of order and places.
    scatter_mm : float
        The farthest that points are scattered; none is nearer than half of it.

    Returns
    -------
    points : dict of str to Point
        In the same order of labels.
    order : tuple of str
        Of the queue, at random.

    Raises
    ------
    InputError
        If the start is another one, or the distance is not positive.
    """
    if start not in STARTS:
        raise InputError("blind digitising", "start", repr(start), f"choose one of {', '.join(STARTS)}")
    if not 0 < scatter_mm < np.inf:
        raise InputError("blind digitising", "scatter", scatter_mm, "give a positive distance in mm")
    rng = np.random.default_rng([seed, len(points)])
    labels = tuple(points)
    order = tuple(labels[i] for i in rng.permutation(len(labels)))
    directions = rng.normal(size=(len(labels), 3))
    lengths = rng.uniform(scatter_mm / 2, scatter_mm, (len(labels), 1))
    offsets = directions / np.linalg.norm(directions, axis=1, keepdims=True) * lengths
    shown = {}
    for label, offset in zip(labels, offsets, strict=True):
        here = points[label].position if start == SCATTERED else None
        x, y, z = np.add(here, offset).tolist() if here else (0.0, 0.0, 0.0)
        shown[label] = Point((x, y, z)) if here else Point()
    return shown, order
