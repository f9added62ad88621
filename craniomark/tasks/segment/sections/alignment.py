"""What was done to a stack of sections, in numbers: it is done to labels as well, and undone exactly."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = tuple[tuple[float, ...], ...]
SCHEMA = 1
FINER = 1.25
"""How many voxels of an aligned section lie along one of the stack, where sections are warped.

With `STEEPEST` it makes each voxel of the stack the nearest one of some voxel of the aligned section, so that
labels come back exactly.
"""
STEEPEST = 0.25
"""Most that the displacement changes from one voxel to the next, sum over both axes."""


@dataclass(frozen=True)
class Placed:
    """A section of the aligned stack.

    Attributes
    ----------
    source : int
        Section of the stack that it comes from.
    shift : (int, int)
        Voxels by which it is moved within its plane.
    crack : (float, float, float) or ()
        Of a section that is split along a line: normal of the line (two numbers) and distance of the line
        from the first voxel along it, voxels.
    side : int
        -1 or 1: the side of the line that is kept; 0 for all of the section.
    blank : bool
        It shows nothing: an image has the mean of its neighbours there.
    warp : tuple, shape (2, R, C)
        Displacement, voxels, at a lattice from corner to corner; linear between; empty for none.
    """

    source: int
    shift: tuple[int, int] = (0, 0)
    crack: tuple[float, ...] = ()
    side: int = 0
    blank: bool = False
    warp: tuple[Rows, ...] = ()


@dataclass(frozen=True)
class Alignment:
    """Sections of an aligned stack, and how labels return to the stack they came from.

    Attributes
    ----------
    shape : tuple of int
        Voxels of the stack.
    axis : int
        Across the sections.
    sections : tuple of Placed
        In the order of the aligned stack.
    """

    shape: tuple[int, int, int]
    axis: int
    sections: tuple[Placed, ...]

    @property
    def plane(self) -> tuple[int, int]:
        """Voxels of a section of the stack."""
        one, two = (n for axis, n in enumerate(self.shape) if axis != self.axis)
        return one, two

    @cached_property
    def finer(self) -> float:
        """Voxels of an aligned section for one of the stack."""
        return FINER if any(one.warp for one in self.sections) else 1.0

    @cached_property
    def first(self) -> tuple[int, int]:
        """Where the first voxel of an aligned section lies, in voxels of the stack."""
        one, two = (min(0, *(s.shift[axis] for s in self.sections)) - self._margin for axis in (0, 1))
        return one, two

    @cached_property
    def _margin(self) -> int:
        """Voxels around all sections that warps may reach to."""
        reach = [float(np.abs(np.array(one.warp)).max()) for one in self.sections if one.warp]
        return int(np.ceil(max(reach))) + 1 if reach else 0

    @cached_property
    def aligned_plane(self) -> tuple[int, int]:
        """Voxels of an aligned section, wide enough for all that is kept."""
        ends = [max(0, *(s.shift[axis] for s in self.sections)) + self._margin for axis in (0, 1)]
        one, two = (
            int(np.ceil((n + end - start) * self.finer))
            for n, end, start in zip(self.plane, ends, self.first, strict=True)
        )
        return one, two

    @property
    def aligned_shape(self) -> tuple[int, int, int]:
        """Voxels of the aligned stack."""
        shape = list(self.aligned_plane)
        shape.insert(self.axis, len(self.sections))
        return shape[0], shape[1], shape[2]

    def matrix(self, matrix: Floats) -> Floats:
        """Voxel-to-mm matrix of the aligned stack for a stack of that `matrix`."""
        plane = [axis for axis in range(3) if axis != self.axis]
        index = np.eye(4)
        for axis, first in zip(plane, self.first, strict=True):
            index[axis, axis] = 1 / self.finer
            index[axis, 3] = first
        return np.asarray(matrix @ index)

    def aligned(self, stack: NDArray[np.generic], labels: bool = False) -> NDArray[np.generic]:
        """The stack in line.

        Parameters
        ----------
        stack : ndarray
            Of `shape`.
        labels : bool
            The nearest voxel, and 0 where nothing comes from. Else linear, the border of a section going on
            beyond it, and what is missing or hidden by a split is the mean of the sections before and after.
        """
        self._check(stack, self.shape, "stack")
        cuts = np.moveaxis(stack, self.axis, 0)
        found = np.zeros(
            (len(self.sections), *self.aligned_plane), dtype=stack.dtype if labels else np.float32
        )
        kept = np.zeros(found.shape, dtype=bool)
        for number, one in enumerate(self.sections):
            there = self._source(one)
            kept[number] = there >= 0
            section = cuts[one.source]
            if labels:
                found[number] = np.where(kept[number], section.ravel()[np.maximum(there, 0)], 0)
            else:
                kept[number] &= not one.blank
                found[number] = self._linear(section, one)
        if not labels:
            self._fill(found, kept)
        return np.moveaxis(found, 0, self.axis)

    def restored(self, aligned: NDArray[np.generic]) -> NDArray[np.generic]:
        """Labels of the aligned stack on the grid of the stack: exactly those that `aligned` was given."""
        self._check(aligned, self.aligned_shape, "mask")
        cuts = np.moveaxis(aligned, self.axis, 0)
        found = np.zeros((self.shape[self.axis], *self.plane), dtype=aligned.dtype)
        for number, one in enumerate(self.sections):
            there, near = self._nearest(one)
            flat = found[one.source].reshape(-1)
            flat[there] = cuts[number].ravel()[near]
        return np.moveaxis(found, 0, self.axis)

    def to_json(self) -> str:
        """All of it as text; `from_json` makes an equal one of it."""
        values = {"schema": SCHEMA, "shape": self.shape, "axis": self.axis,
                  "sections": [vars(one) for one in self.sections]}  # fmt: skip
        return json.dumps(values, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Alignment":
        """The alignment that `to_json` told.

        Raises
        ------
        ValueError
            If the text is none, or of another version of it.
        """
        values = json.loads(text)
        if not isinstance(values, dict) or values.get("schema") != SCHEMA:
            raise ValueError(f"text is no alignment of version {SCHEMA}: give what to_json told")
        try:
            sections = tuple(Placed(**_tuples(one)) for one in values["sections"])
            return cls(tuple(values["shape"]), int(values["axis"]), sections)
        except (KeyError, TypeError) as error:
            raise ValueError(f"text is no alignment ({error}): give what to_json told") from error

    def _check(self, array: NDArray[np.generic], shape: Sequence[int], name: str) -> None:
        if array.shape != tuple(shape):
            told = [" x ".join(map(str, one)) for one in (array.shape, shape)]
            raise ValueError(f"{name} has {told[0]} voxels: this alignment is of {told[1]}")

    def _places(self, one: Placed) -> tuple[Floats, Floats]:
        """Where the voxels of an aligned section lie in its source, voxels."""
        axes = [
            np.arange(n) / self.finer + first - by
            for n, first, by in zip(self.aligned_plane, self.first, one.shift, strict=True)
        ]
        i, j = np.meshgrid(*axes, indexing="ij")
        if one.warp:
            i, j = (place + _read(np.array(field), i, j, self.plane)
                    for place, field in zip((i, j), one.warp, strict=True))  # fmt: skip
        return i, j

    def _source(self, one: Placed) -> NDArray[np.int64]:
        """Flat index of the nearest voxel of the source for each aligned one; -1 where nothing is kept."""
        i, j = (np.rint(place).astype(np.int64) for place in self._places(one))
        rows, columns = self.plane
        inside = (i >= 0) & (i < rows) & (j >= 0) & (j < columns)
        if one.side:
            inside &= side_of(one.crack, i, j) == one.side
        return np.where(inside, i * columns + j, -1)

    def _nearest(self, one: Placed) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Voxels of the source, and for each the aligned voxel that lies nearest to it."""
        i, j = self._places(one)
        whole = self._source(one).ravel()
        away = ((i - np.rint(i)) ** 2 + (j - np.rint(j)) ** 2).ravel()
        order = np.lexsort((away, whole))
        order = order[whole[order] >= 0]
        there, at = np.unique(whole[order], return_index=True)
        return there, order[at]

    def _linear(self, section: NDArray[np.generic], one: Placed) -> NDArray[np.float32]:
        from scipy.ndimage import map_coordinates

        places = np.stack(self._places(one))
        found = map_coordinates(section.astype(np.float32), places, order=1, mode="nearest")
        return np.asarray(found, dtype=np.float32)

    def _fill(self, found: NDArray[np.float32], kept: NDArray[np.bool_]) -> None:
        """What is missing in a section becomes the mean of the nearest ones before and after that show it."""
        for number, one in enumerate(self.sections):
            if not (one.blank or one.side):
                continue
            sides = []
            for step in (-1, 1):
                other = number + step
                while 0 <= other < len(found) and (self.sections[other].blank or self.sections[other].side):
                    other += step
                if 0 <= other < len(found):
                    sides.append(found[other])
            if sides:
                found[number] = np.where(kept[number], found[number], np.mean(sides, 0))


def side_of(crack: Sequence[float], i: NDArray[Any], j: NDArray[Any]) -> NDArray[np.int64]:
    """1 or -1: the side of a line that voxels lie on."""
    return np.where(crack[0] * i + crack[1] * j >= crack[2], 1, -1)


def _read(field: Floats, i: Floats, j: Floats, plane: Sequence[int]) -> Floats:
    """A lattice from corner to corner, read linearly; its border goes on beyond."""
    from scipy.ndimage import map_coordinates

    scale = [(n - 1) / max(count - 1, 1) for n, count in zip(field.shape, plane, strict=True)]
    places = np.stack([i * scale[0], j * scale[1]])
    return np.asarray(map_coordinates(field, places, order=1, mode="nearest"))


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    def nested(value: Any) -> Any:
        return tuple(map(nested, value)) if isinstance(value, list) else value

    return {name: nested(value) for name, value in values.items()}
