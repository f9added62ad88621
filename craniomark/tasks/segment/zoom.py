"""The voxels that a network works on: those of the scan, some of them averaged, or each one divided."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

_FAR = 1.6
"""Voxels up to this many times as large or small as those that were learnt from are taken as they are."""

Index = tuple[int, int, int]


@dataclass(frozen=True)
class Zoom:
    """How voxels of a scan become voxels to work on, along each axis.

    Attributes
    ----------
    averaged : tuple of int
        Voxels of the scan that become one.
    divided : tuple of int
        Voxels that one of the scan becomes; 1 where some are averaged.
    """

    averaged: Index = (1, 1, 1)
    divided: Index = (1, 1, 1)

    @classmethod
    def between(cls, spacing: Sequence[float], voxel: float) -> "Zoom":
        """From a scan's spacing to voxels of about `voxel` mm."""
        ratios = [voxel / float(size) for size in spacing]
        averaged = tuple(round(one) if one > _FAR else 1 for one in ratios)
        divided = tuple(round(1 / one) if one < 1 / _FAR else 1 for one in ratios)
        return cls(averaged, divided)  # type: ignore[arg-type]

    def shape(self, shape: Sequence[int]) -> Index:
        """Voxels to work on for a scan of `shape`; the last ones may reach beyond it."""
        each = zip(shape, self.averaged, self.divided, strict=True)
        i, j, k = (-(-n // a) * d for n, a, d in each)
        return i, j, k

    def read(self, array: NDArray[np.generic], start: Sequence[int], shape: Sequence[int]) -> torch.Tensor:
        """A part of a scan in voxels to work on, float32; its border voxels go on beyond it.

        Parameters
        ----------
        array : ndarray, shape (I, J, K)
            The scan, perhaps mapped from disk: only the part is read.
        start, shape : sequence of int
            First voxel to work on, multiples of `divided`, and how many; may reach beyond the scan.
        """
        places = []
        for first, count, a, d, n in zip(start, shape, self.averaged, self.divided, array.shape, strict=True):
            wanted = np.arange(first // d * a, (first // d + -(-count // d)) * a)
            places.append(np.clip(wanted, 0, n - 1))
        near = [slice(int(one.min()), int(one.max()) + 1) for one in places]
        part = np.asarray(array[near[0], near[1], near[2]], dtype=np.float32)
        part = part[np.ix_(*(one - one.min() for one in places))]
        found = torch.from_numpy(np.ascontiguousarray(part))[None, None]
        if self.averaged != (1, 1, 1):
            found = F.avg_pool3d(found, self.averaged)
        if self.divided != (1, 1, 1):
            size = [n * d for n, d in zip(found.shape[2:], self.divided, strict=True)]
            found = F.interpolate(found, size=size, mode="trilinear", align_corners=False)
        return found[0, 0, : shape[0], : shape[1], : shape[2]]

    def back(self, part: torch.Tensor) -> torch.Tensor:
        """What was told of voxels to work on, for the voxels of the scan."""
        if self.divided != (1, 1, 1):
            part = F.avg_pool3d(part[None, None], self.divided)[0, 0]
        if self.averaged != (1, 1, 1):
            size = [n * a for n, a in zip(part.shape, self.averaged, strict=True)]
            part = F.interpolate(part[None, None], size=size, mode="trilinear", align_corners=False)[0, 0]
        return part
