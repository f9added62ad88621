"""Scans made as sharp and as quiet as those that were learnt from, by their power spectra.

Blur and coarse voxels take power from fine detail, noise adds some. A scan's spectrum, beside the usual one
of clean scans, tells how much of either there is, and one filter undoes both as far as can be.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[np.float64]
Read = Callable[[tuple[int, int, int], tuple[int, int, int]], NDArray[np.floating]]

BLOCK = 48
"""Edge of the blocks that a spectrum is measured on, voxels."""
BINS = 24
"""Numbers of a spectrum, from 0 to `FINEST`."""
FINEST = 0.5
"""Highest frequency, cycles per voxel."""
_MOST_BLOCKS = 32
_KNOWN = (3, 8)
"""Bins, of structure and not of detail, where spectra are made equal."""
LEAST, MOST = 0.1, 4.0
_QUIET = 1.35
"""A mean gain of fine detail up to this factor is the difference of one skull from another."""


def spectrum(read: Read, shape: Sequence[int]) -> Array:
    """Power by frequency, mean over the brightest of the blocks that a scan has room for.

    Parameters
    ----------
    read : callable
        From first voxel and shape to brightness, so that a scan need not be in memory.
    shape : sequence of int
        Voxels of the scan.

    Returns
    -------
    ndarray, shape (BINS,)
        Radial, in units of its own power at low frequencies.
    """
    edges = tuple(min(BLOCK, n) for n in shape)
    starts = [_starts(n, edge) for n, edge in zip(shape, edges, strict=True)]
    places = [(i, j, k) for i in starts[0] for j in starts[1] for k in starts[2]]
    window = np.einsum("i,j,k->ijk", *(np.hanning(edge + 2)[1:-1] for edge in edges))
    radius = _radii(edges)
    bins = np.minimum((radius / FINEST * BINS).astype(int), BINS)
    found = []
    for place in _thinned(places):
        block = np.asarray(read(place, edges), dtype=np.float64)  # type: ignore[arg-type]
        block = (block - block.mean()) * window
        power = np.abs(np.fft.rfftn(block, axes=(0, 1, 2))) ** 2
        sums = np.bincount(bins.ravel(), power.ravel(), BINS + 1)[:BINS]
        found.append(sums / np.maximum(np.bincount(bins.ravel(), minlength=BINS + 1)[:BINS], 1))
    blocks = np.array(found)
    if not np.isfinite(blocks).all():
        raise ValueError("values are not finite: replace NaN and infinite voxels by the value of air")
    strength = blocks[:, slice(*_KNOWN)].sum(1)
    kept = blocks[strength >= np.median(strength)].mean(0)
    return np.asarray(kept / max(kept[slice(*_KNOWN)].sum(), 1e-30))


def gains(found: Array, usual: Array) -> Array:
    """Factor of each frequency that makes a scan's spectrum the usual one; 1 for all where it nearly is.

    Parameters
    ----------
    found, usual : ndarray, shape (BINS,)
        Of the scan, and of clean ones.
    """
    factor = np.sqrt(usual / np.maximum(found, 1e-30))
    factor = np.clip(factor, LEAST, MOST)
    factor[: _KNOWN[0]] = 1.0
    if abs(np.log(factor[BINS // 2 :]).mean()) <= np.log(_QUIET):
        return np.ones(BINS)
    return np.asarray(factor)


def changes(factor: Array) -> bool:
    """Whether gains change a scan at all."""
    return bool((factor != 1).any())


def matched(image: torch.Tensor, factor: Array) -> torch.Tensor:
    """The image, shape (..., I, J, K), with each frequency times its gain."""
    shape = image.shape[-3:]
    radius = _radii(shape)
    middles = (np.arange(BINS) + 0.5) * FINEST / BINS
    gain = torch.from_numpy(np.interp(radius, middles, factor)).to(image)
    changed = torch.fft.irfftn(torch.fft.rfftn(image, dim=(-3, -2, -1)) * gain, s=shape, dim=(-3, -2, -1))
    return changed.to(image.dtype)


def _radii(shape: Sequence[int]) -> Array:
    """Frequency of each term of a real Fourier transform, cycles per voxel."""
    axes = [*(np.fft.fftfreq(n) for n in shape[:-1]), np.fft.rfftfreq(shape[-1])]
    i, j, k = np.ix_(*(axis**2 for axis in axes))
    return np.sqrt(i + j + k)


def _starts(count: int, edge: int) -> list[int]:
    blocks = max(1, count // edge)
    return [round(float(n)) for n in np.linspace(0, count - edge, blocks)]


def _thinned(places: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    step = max(1, len(places) // _MOST_BLOCKS)
    return places[::step]
