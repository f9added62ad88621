"""What a scan needs before a network sees it, found part by part: sharpness as usual, air 0 and bone 1."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from craniomark.tasks.segment.sharpness import BINS, changes, gains, matched, spectrum
from craniomark.tasks.segment.thresholds import levels
from craniomark.tasks.segment.zoom import Index, Zoom

HALO = 8
"""Voxels around a part that its filter needs."""
PART = 96
_MOST_PARTS = 64
Told = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Prepared:
    """A scan as a network sees it; only parts of it are ever in memory.

    Attributes
    ----------
    array : ndarray, shape (I, J, K)
        The scan, perhaps mapped from disk.
    zoom : Zoom
        To the voxels that are worked on.
    dark, bright : float
        Values that become 0 and 1.
    gain : ndarray, shape (BINS,)
        Of each frequency.
    """

    array: NDArray[np.generic]
    zoom: Zoom = field(default_factory=Zoom)
    dark: float = 0.0
    bright: float = 1.0
    gain: NDArray[np.float64] = field(default_factory=lambda: np.ones(BINS))

    @property
    def shape(self) -> Index:
        """Voxels that are worked on."""
        return self.zoom.shape(self.array.shape)

    def part(self, start: Sequence[int], shape: Sequence[int]) -> torch.Tensor:
        """Brightness of a part, shape `shape`; beyond the scan its border goes on."""
        return (self.filtered(start, shape) - self.dark) / (self.bright - self.dark)

    def filtered(self, start: Sequence[int], shape: Sequence[int]) -> torch.Tensor:
        """Values of a part after the filter."""
        if not changes(self.gain):
            return self.zoom.read(self.array, start, shape)
        wide = [-(-HALO // d) * d for d in self.zoom.divided]
        begin = [first - halo for first, halo in zip(start, wide, strict=True)]
        size = [count + 2 * halo for count, halo in zip(shape, wide, strict=True)]
        found = matched(self.zoom.read(self.array, begin, size), self.gain)
        inner = tuple(slice(halo, halo + count) for halo, count in zip(wide, shape, strict=True))
        return found[inner]


def prepared(
    array: NDArray[np.generic], spacing: ArrayLike, voxel: float, usual: NDArray[np.float64],
    told: Told = lambda _: None,
) -> Prepared:  # fmt: skip
    """Look a scan over, part by part.

    Parameters
    ----------
    array : ndarray, shape (I, J, K)
        The scan.
    spacing : array_like, shape (3,)
        Its voxels, mm.
    voxel : float
        Edge of the voxels that the network was trained on, mm.
    usual : ndarray, shape (BINS,)
        Spectrum of the scans that it was trained on.
    told : callable
        Hears the fraction that is done.

    Raises
    ------
    ValueError
        If all voxels are alike, or some are not finite.
    """
    raw = Prepared(array, Zoom.between(np.asarray(spacing).tolist(), voxel))
    found = spectrum(lambda start, shape: raw.filtered(start, shape).numpy(), raw.shape)
    raw = Prepared(array, raw.zoom, gain=gains(found, usual))
    places = list(_places(raw.shape))
    step = -(-len(places) // _MOST_PARTS)
    chosen = places[::step]
    low, high = np.inf, -np.inf
    for number, (start, shape) in enumerate(chosen):
        part = raw.filtered(start, shape)
        low, high = min(low, float(part.min())), max(high, float(part.max()))
        told(0.5 * number / len(chosen))
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError("values are not finite: replace NaN and infinite voxels by the value of air")

    def parts() -> Iterator[NDArray[np.floating]]:
        for number, (start, shape) in enumerate(chosen):
            told(0.5 + 0.5 * number / len(chosen))
            yield raw.filtered(start, shape).numpy()

    whole = levels(parts(), low, high)
    # Halfway is Otsu's threshold itself, from which the mean of both levels differs by a bin's width.
    return Prepared(array, raw.zoom, whole.dark, 2 * whole.threshold - whole.dark, raw.gain)


def _places(shape: Index) -> Iterator[tuple[Index, Index]]:
    for i in range(0, shape[0], PART):
        for j in range(0, shape[1], PART):
            for k in range(0, shape[2], PART):
                start = (i, j, k)
                x, y, z = (min(PART, n - first) for n, first in zip(shape, start, strict=True))
                yield start, (x, y, z)
