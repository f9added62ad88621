"""How often values occur, as bars of a page, and the colours below them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from craniomark.desktop.words import tr

BINS = 40
Colour = tuple[float, float, float]
"""Red, green and blue, 0 to 1."""


@dataclass(frozen=True)
class Histogram:
    """Counts of values between two ends, in bins of one width."""

    low: float
    high: float
    counts: tuple[int, ...]


def histogram(values: NDArray[np.float64], low: float, high: float) -> Histogram:
    """How often values fall into each part of a range; those beyond count at its ends."""
    finite = np.clip(values[np.isfinite(values)], low, high)
    top = high if high > low else low + 1.0
    counts, _ = np.histogram(finite, BINS, (low, top))
    return Histogram(low, high, tuple(int(count) for count in counts))


def hex_colours(colours: Iterable[Colour]) -> list[str]:
    """Colours as a page writes them."""
    return ["#" + "".join(f"{round(255 * part):02x}" for part in colour) for colour in colours]


def summary_of(values: NDArray[np.float64]) -> dict[str, float]:
    """Mean, median, 95th percentile and maximum of the values that are finite; empty where none is."""
    there = values[np.isfinite(values)]
    if not len(there):
        return {}
    return {
        tr("mean"): float(there.mean()), tr("median"): float(np.median(there)),
        tr("95 %"): float(np.percentile(there, 95)), tr("largest"): float(there.max()),
    }  # fmt: skip
