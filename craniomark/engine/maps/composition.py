"""One map after another."""

from dataclasses import dataclass
from functools import reduce

import torch

from craniomark.engine.maps.base import Map
from craniomark.engine.maps.linear import Linear


@dataclass(frozen=True, eq=False)
class Composition:
    """``f(g(x))``.

    Attributes
    ----------
    outer, inner : Map
        ``outer`` is applied to what ``inner`` answers.
    """

    outer: Map
    inner: Map

    def __call__(self, points: torch.Tensor) -> torch.Tensor:
        """``outer(inner(points))``."""
        return self.outer(self.inner(points))


def chain(*maps: Map) -> Map:
    """``f(g(h(x)))`` of ``chain(f, g, h)``; linear maps beside one another become one.

    Raises
    ------
    ValueError
        If there are none.
    """
    if not maps:
        raise ValueError("a chain needs at least one map")
    return reduce(_joined, maps)


def _joined(outer: Map, inner: Map) -> Map:
    if isinstance(inner, Composition):
        return _joined(_joined(outer, inner.outer), inner.inner)
    if isinstance(inner, Linear):
        if isinstance(outer, Linear):
            return Linear(outer.matrix @ inner.matrix)
        if isinstance(outer, Composition) and isinstance(outer.inner, Linear):
            return Composition(outer.outer, Linear(outer.inner.matrix @ inner.matrix))
    return Composition(outer, inner)
