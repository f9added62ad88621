"""Figures of the report as inline SVG, so that its pages need no other file."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 640, 230, 46, 44, 12
_BINS = 32


@dataclass(frozen=True)
class Bar:
    """A bar of a histogram in SVG units, with what it stands for."""

    x: float
    y: float
    width: float
    height: float
    told: str


@dataclass(frozen=True)
class Tick:
    """A number beside an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Histogram:
    """A histogram laid out in a box of `width` by `height` SVG units."""

    width: int
    height: int
    left: int
    base: int
    bars: tuple[Bar, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    median: float


def histogram(values: Sequence[float]) -> Histogram | None:
    """Histogram of errors in mm; None if none is known.

    The last bar holds all above the 99.5th percentile.
    """
    known = np.array([value for value in values if np.isfinite(value)])
    if not len(known):
        return None
    top = _round_up(float(np.percentile(known, 99.5)))
    heights, edges = np.histogram(np.clip(known, 0, top), bins=_BINS, range=(0, top))
    width, base = _WIDTH - _LEFT - 12, _HEIGHT - _BOTTOM
    most = int(heights.max())
    tall = base - _TOP
    bars = tuple(
        Bar(
            _LEFT + i * width / _BINS + 0.6,
            base - tall * n / most,
            width / _BINS - 1.2,
            tall * n / most,
            f"{edges[i]:.3f} to {edges[i + 1]:.3f} mm: {n}",
        )
        for i, n in enumerate(heights)
    )
    across = tuple(Tick(_LEFT + width * k / 5, f"{top * k / 5:.2g}") for k in range(6))
    up = tuple(Tick(base - tall * k / 2, f"{most * k / 2:.0f}") for k in range(3))
    median = _LEFT + width * min(float(np.median(known)) / top, 1.0)
    return Histogram(_WIDTH, _HEIGHT, _LEFT, base, bars, across, up, median)


def _round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 7.5, 10 times a power of ten."""
    if not value > 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    steps = (1, 1.5, 2, 3, 4, 5, 7.5, 10)
    return float(next((s * power for s in steps if s * power >= value * 0.999999), 10 * power))
