"""A mask of any size, tile by tile: neither image nor answer is ever in memory as a whole."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.parts.augment.averages import Symmetry
from craniomark.tasks.segment.network import SegmentNetwork
from craniomark.tasks.segment.predict import probabilities
from craniomark.tasks.segment.prepare import Prepared

Told = Callable[[float], None]
HALF = 0.5


@dataclass(frozen=True)
class Tiling:
    """Tiles of a scan.

    Attributes
    ----------
    edge : int
        Voxels of a tile's edge, a multiple of the network's.
    overlap : int
        Voxels that neighbours share, where their answers pass linearly from one to the other.
    """

    edge: int = 96
    overlap: int = 16

    def __post_init__(self) -> None:
        if self.edge < 16:
            raise ValueError(f"edge is {self.edge}: give at least 16 voxels")
        if not 0 <= self.overlap <= self.edge // 2:
            raise ValueError(f"overlap is {self.overlap}: give 0 to {self.edge // 2} voxels")


@dataclass(frozen=True, eq=False)
class Line:
    """Tiles along one axis, in voxels that are worked on.

    Attributes
    ----------
    starts : tuple of int
        First voxel of each tile.
    edge : int
        Voxels of each.
    weights : ndarray, shape (tiles, edge)
        Of the answers of each tile; 1 in all at every voxel.
    """

    starts: tuple[int, ...]
    edge: int
    weights: NDArray[np.float32]


def line(count: int, tiling: Tiling, step: int, multiple: int) -> Line:
    """Tiles along an axis of `count` voxels.

    Parameters
    ----------
    count : int
        Voxels, a multiple of `step`.
    tiling : Tiling
        How large tiles are.
    step : int
        Tiles begin and end at multiples of it.
    multiple : int
        Tiles are multiples of it as well where they do not span the axis.
    """
    unit = int(np.lcm(step, multiple))
    edge = max(unit, tiling.edge // unit * unit)
    if count <= edge:
        return Line((0,), count, np.ones((1, count), dtype=np.float32))
    overlap = tiling.overlap // step * step
    starts = [*range(0, count - edge, edge - overlap), (count - edge) // step * step]
    weights = np.zeros((len(starts), edge), dtype=np.float32)
    rising = (np.arange(edge) + 0.5) / max(overlap, 1)
    for number in range(len(starts)):
        weight = np.ones(edge)
        if number:
            weight = np.minimum(weight, rising)
        if number < len(starts) - 1:
            weight = np.minimum(weight, rising[::-1])
        weights[number] = weight
    total = np.zeros(count, dtype=np.float32)
    for number, start in enumerate(starts):
        total[start : start + edge] += weights[number]
    for number, start in enumerate(starts):
        weights[number] /= total[start : start + edge]
    return Line(tuple(starts), edge, weights)


def write_mask(
    scan: Prepared, network: SegmentNetwork, out: NDArray[np.uint8], scratch: Path,
    tiling: Tiling | None = None, among: Sequence[Symmetry] = (), told: Told = lambda _: None,
) -> None:  # fmt: skip
    """Write 1 where bone is more likely than not, 0 elsewhere.

    Parameters
    ----------
    scan : Prepared
        What is looked at.
    network : SegmentNetwork
        In the state for predictions; tiles go to its device.
    out : ndarray, shape of the scan
        Filled, slab by slab along the last axis; may be mapped from disk.
    scratch : Path
        Folder for a band of blended answers: as many slices as a tile has, float32.
    tiling : Tiling, optional
        Tiles.
    among : sequence of Symmetry
        Mirror images that are averaged; none for a single answer.
    told : callable
        Hears the fraction that is done; what it raises ends the work.
    """
    tiling, zoom = tiling or Tiling(), scan.zoom
    device = next(network.parameters()).device
    lines = [
        line(n, tiling, step, network.settings.multiple)
        for n, step in zip(scan.shape, zoom.divided, strict=True)
    ]
    band = _Band(out, lines[2], zoom.averaged[2], zoom.divided[2], scratch)
    total, done = int(np.prod([len(one.starts) for one in lines])), 0
    for number, k in enumerate(lines[2].starts):
        for (a, i), (b, j) in _pairs(lines[0], lines[1]):
            image = scan.part((i, j, k), [one.edge for one in lines])
            at = partial(told, done / total)
            answer = probabilities(network, image[None, None].to(device), among, at)
            told_of = answer[0, 0].float().cpu()
            weight = np.einsum(
                "i,j,k->ijk", lines[0].weights[a], lines[1].weights[b], lines[2].weights[number]
            )
            # Weights first: they sum to one on the voxels that are worked on, so also after the way back.
            blended = zoom.back(told_of * torch.from_numpy(weight)).numpy()
            first = [n * a // d for n, a, d in zip((i, j), zoom.averaged, zoom.divided, strict=False)]
            band.add(blended, first)
            done += 1
            told(done / total)
        last = number == len(lines[2].starts) - 1
        band.finish(None if last else lines[2].starts[number + 1])
    band.close()


def _pairs(one: Line, two: Line) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for first in enumerate(one.starts):
        for second in enumerate(two.starts):
            yield first, second


class _Band:
    """Sums of blended answers for the slices of one tile, on disk; what no tile adds to any more is told."""

    def __init__(
        self, out: NDArray[np.uint8], along: Line, averaged: int, divided: int, scratch: Path
    ) -> None:
        self._out, self._file = out, scratch / "band.f32"
        self._averaged, self._divided, self._start = averaged, divided, 0
        depth = along.edge * averaged // divided
        shape = (out.shape[0], out.shape[1], depth)
        self._sums = np.memmap(self._file, np.float32, "w+", shape=shape, order="F")

    def add(self, part: NDArray[np.float32], first: Sequence[int]) -> None:
        i, j = first
        room = self._sums[i : i + part.shape[0], j : j + part.shape[1]]
        room += part[: room.shape[0], : room.shape[1], : room.shape[2]]

    def finish(self, after: int | None) -> None:
        """Tell the slices before voxel `after` that is worked on, or all that are left."""
        depth, end = self._sums.shape[2], self._out.shape[2]
        begin = end if after is None else after * self._averaged // self._divided
        for k in range(self._start, min(begin, end)):
            self._out[:, :, k] = self._sums[:, :, k - self._start] >= HALF
        moved = begin - self._start
        for k in range(depth if after is not None else 0):
            there = k + moved
            self._sums[:, :, k] = self._sums[:, :, there] if there < depth else 0
        self._start = begin

    def close(self) -> None:
        del self._sums
        self._file.unlink(missing_ok=True)
