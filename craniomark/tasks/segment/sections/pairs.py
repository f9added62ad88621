"""How far one section lies from another: whole-voxel shifts, and a lattice of local ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_FLAT = 1e-6
_BETTER = 0.02
"""Correlation that a shift must bring: what grows slowly from section to section is anatomy, not a slip."""
_ALIKE = 0.3
"""Correlation below which two sections show nothing in common, but noise."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """Local shifts of one section against another.

    Attributes
    ----------
    centres : ndarray, shape (R, C, 2)
        Middles of the blocks, voxels.
    shifts : ndarray, shape (R, C, 2)
        Where the content of each block is in the other section, less where it is in this one, voxels.
    trust : ndarray, shape (R, C)
        Contrast of the block times the correlation that was found; 0 where there is nothing to see.
    """

    centres: Floats
    shifts: Floats
    trust: Floats


def is_blank(section: NDArray[np.floating]) -> bool:
    """Whether a section shows nothing: it is missing."""
    return float(np.ptp(section)) <= _FLAT * max(1.0, float(np.abs(section).max()))


def correlation(one: Floats, two: Floats) -> float:
    """Normalised cross-correlation; 0 where one of them shows nothing."""
    a, b = one - one.mean(), two - two.mean()
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / size if size > _FLAT else 0.0


def pair_shift(fixed: Floats, moving: Floats, most: int) -> tuple[int, int]:
    """Whole voxels by which `moving` must be shifted to lie on `fixed`.

    The peak of the cross-correlation (by Fourier transforms) within `most` voxels, if it correlates better
    than no shift does.

    Parameters
    ----------
    fixed, moving : ndarray, shape (I, J)
        Sections.
    most : int
        Largest shift along each axis.
    """
    shape = [n + most for n in fixed.shape]
    a, b = fixed - fixed.mean(), moving - moving.mean()
    product = np.fft.rfft2(a, shape) * np.conj(np.fft.rfft2(b, shape))
    found = np.fft.irfft2(product, shape)
    near = np.roll(found, (most, most), (0, 1))[: 2 * most + 1, : 2 * most + 1]
    best = np.unravel_index(int(np.argmax(near)), near.shape)
    shift = (int(best[0]) - most, int(best[1]) - most)
    before, after = correlation(fixed, moving), correlation(fixed, shifted(moving, shift))
    return shift if after > max(before + _BETTER, _ALIKE) else (0, 0)


def shifted(section: NDArray[np.generic], shift: tuple[int, int]) -> Floats:
    """A section moved by whole voxels, 0 where nothing comes from."""
    moved = np.zeros(section.shape)
    here, there = [], []
    for count, by in zip(section.shape, shift, strict=True):
        here.append(slice(max(by, 0), count + min(by, 0)))
        there.append(slice(max(-by, 0), count + min(-by, 0)))
    moved[tuple(here)] = section[tuple(there)]
    return moved


def local_shifts(fixed: Floats, moving: Floats, block: int, most: int) -> Lattice:
    """Where the content of blocks of `fixed` is found in `moving`.

    Parameters
    ----------
    fixed, moving : ndarray, shape (I, J)
        Sections.
    block : int
        Edge of the blocks, voxels.
    most : int
        Largest shift along each axis.
    """
    rows, columns = (max(1, n // block) for n in fixed.shape)
    centres = np.zeros((rows, columns, 2))
    shifts, trust = np.zeros((rows, columns, 2)), np.zeros((rows, columns))
    padded = np.pad(moving, most)
    contrast = max(float(fixed.std()), _FLAT)
    for r in range(rows):
        for c in range(columns):
            i, j = r * block, c * block
            cut = fixed[i : i + block, j : j + block]
            centres[r, c] = i + (block - 1) / 2, j + (block - 1) / 2
            if cut.std() < 0.05 * contrast:
                continue
            near = padded[i : i + block + 2 * most, j : j + block + 2 * most]
            views = np.lib.stride_tricks.sliding_window_view(near, cut.shape)
            moved = views - views.mean((2, 3), keepdims=True)
            still = cut - cut.mean()
            size = np.sqrt((moved**2).sum((2, 3)) * (still**2).sum())
            scores = (moved * still).sum((2, 3)) / np.maximum(size, _FLAT)
            best = np.unravel_index(int(np.argmax(scores)), scores.shape)
            shifts[r, c] = best[0] - most, best[1] - most
            trust[r, c] = max(0.0, float(scores[best])) * float(cut.std()) / contrast
    return Lattice(centres, shifts, trust)
