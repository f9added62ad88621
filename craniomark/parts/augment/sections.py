"""Steps that move sections within their planes, as cutting and mounting do: slips, shifts, folds."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch

from craniomark.parts.augment.grid import Grid, mapped
from craniomark.parts.augment.steps import Step

_ROUNDS = 60


@dataclass(frozen=True)
class SectionMoves(Step):
    """Each section turned about its middle and shifted within its plane.

    Attributes
    ----------
    axis : int
        Across the sections.
    shifts : tuple of (float, float), one for each section
        mm along the two other axes, in their order.
    degrees : tuple of float, one for each section
        From the first of them towards the second.
    """

    moves: ClassVar[bool] = True
    axis: int
    shifts: tuple[tuple[float, float], ...]
    degrees: tuple[float, ...]

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if the grid has other sections."""
        check_axis(self.axis, grid)
        if not len(self.shifts) == len(self.degrees) == grid.shape[self.axis]:
            given = f"{len(self.shifts)} shifts and {len(self.degrees)} degrees"
            raise ValueError(f"{given} for {grid.shape[self.axis]} sections: give one of each for each")

    def back(self, places: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Where what comes out at `places` was."""
        own, number = own_places(places, grid), section_of(places, grid, self.axis)
        plane = in_plane(self.axis)
        shifts, cosine, sine = self._drawn(own)
        moved = own[..., plane] - shifts[number]
        turned = torch.stack([cosine[number] * moved[..., 0] + sine[number] * moved[..., 1],
                              cosine[number] * moved[..., 1] - sine[number] * moved[..., 0]], -1)  # fmt: skip
        return _with(own, plane, turned, grid)

    def forth(self, places: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Where things go: turned, then shifted."""
        own, number = own_places(places, grid), section_of(places, grid, self.axis)
        plane = in_plane(self.axis)
        shifts, cosine, sine = self._drawn(own)
        one, two = own[..., plane].unbind(-1)
        turned = torch.stack([cosine[number] * one - sine[number] * two,
                              cosine[number] * two + sine[number] * one], -1)  # fmt: skip
        return _with(own, plane, turned + shifts[number], grid)

    def _drawn(self, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        angles = np.radians(np.array(self.degrees, dtype=np.float64))
        found = (np.array(self.shifts, dtype=np.float64), np.cos(angles), np.sin(angles))
        shifts, cosine, sine = (torch.from_numpy(one).to(like) for one in found)
        return shifts, cosine, sine


@dataclass(frozen=True)
class Fold(Step):
    """One section folded along a line: tissue beside it is hidden, and the line itself is dark.

    What is hidden lies within `depth` of the line; what is farther is drawn towards the line, the less
    the farther it is (an exponential of `reach`).

    Attributes
    ----------
    axis, section : int
        Across the sections, and which one.
    degrees, off : float
        Direction of the line's normal, from the first of the two other axes towards the second, and the
        line's distance from the middle of the section along it, mm.
    depth, reach : float
        mm; the depth is less than the reach.
    line : float
        Half the thickness of the dark line, mm.
    fill : {"zero", "mean"}
        What the line is filled with: 0, or the mean of the section.
    """

    moves: ClassVar[bool] = True
    looks: ClassVar[bool] = True
    axis: int
    section: int
    degrees: float
    off: float
    depth: float
    reach: float
    line: float
    fill: str = "zero"

    def __post_init__(self) -> None:
        if not 0 <= self.depth < self.reach < np.inf:
            raise ValueError(f"depth is {self.depth} and reach {self.reach}: give 0 <= depth < reach")
        if not 0 <= self.line < np.inf:
            raise ValueError(f"line is {self.line}: give mm that are not negative")
        check_fill(self.fill)

    @property
    def sections(self) -> tuple[tuple[int, int], ...]:
        """The folded one."""
        return ((self.axis, self.section),)

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if there is no such section."""
        check_sections(self.axis, (self.section,), grid)

    def back(self, places: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Where what comes out at `places` was."""
        own, here, distance = self._beside(places, grid)
        away = torch.where(distance < 0, -1.0, 1.0) * self.depth * torch.exp(-distance.abs() / self.reach)
        return self._pushed(own, torch.where(here, away, 0.0), grid)

    def forth(self, places: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Where things go; NaN for what the fold hides."""
        own, here, distance = self._beside(places, grid)
        far = distance.abs()
        left = far
        for _ in range(_ROUNDS):  # Newton's method for left + depth exp(-left / reach) = far, convex
            fallen = self.depth * torch.exp(-left / self.reach)
            left = left - (left + fallen - far) / (1 - fallen / self.reach).clamp_min(1e-3)
            left = left.clamp_min(0)
        towards = torch.where(distance < 0, -1.0, 1.0) * (left - far)
        lost = here & (far < self.depth)
        towards = torch.where(lost, torch.nan, torch.where(here, towards, 0.0))
        return self._pushed(own, towards, grid)

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image with the dark line."""
        if not self.line:
            return image
        image = image.clone()
        cut = image.select(1 + self.axis, self.section)
        places = grid.places(image).select(self.axis, self.section)
        _, _, distance = self._beside(places, grid)
        cut.copy_(torch.where(distance.abs() <= self.line, filling(cut, self.fill), cut))
        return image

    def _beside(self, places: torch.Tensor, grid: Grid) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        own = own_places(places, grid)
        here = section_of(places, grid, self.axis) == self.section
        one, two = own[..., in_plane(self.axis)].unbind(-1)
        angle = np.radians(self.degrees)
        return own, here, np.cos(angle) * one + np.sin(angle) * two - self.off

    def _pushed(self, own: torch.Tensor, by: torch.Tensor, grid: Grid) -> torch.Tensor:
        plane = in_plane(self.axis)
        angle = np.radians(self.degrees)
        normal = torch.tensor([np.cos(angle), np.sin(angle)]).to(own)
        return _with(own, plane, own[..., plane] + by[..., None] * normal, grid)


def own_places(places: torch.Tensor, grid: Grid) -> torch.Tensor:
    """Places, mm, as mm along the grid's axes from its middle."""
    middle = torch.from_numpy(grid.centre).to(places)
    return (places - middle) @ torch.from_numpy(np.linalg.inv(grid.directions)).to(places).T


def section_of(places: torch.Tensor, grid: Grid, axis: int) -> torch.Tensor:
    """Number of the section that holds each place; of the nearest one for places beyond the grid."""
    along = mapped(places, np.linalg.inv(grid.array))[..., axis]
    return along.nan_to_num(0.0).add(0.5).floor().clamp(0, grid.shape[axis] - 1).long()


def in_plane(axis: int) -> list[int]:
    """The two axes within a section."""
    return [one for one in range(3) if one != axis]


def filling(section: torch.Tensor, fill: str) -> torch.Tensor:
    """What a defect in a section, shape (C, I, J), is filled with: shape (C, 1, 1)."""
    mean = section.mean((1, 2), keepdim=True)
    return mean if fill == "mean" else torch.zeros_like(mean)


def check_axis(axis: int, grid: Grid) -> None:
    """Raise ValueError unless `axis` runs across the sections of a volume."""
    if grid.axes != 3 or not 0 <= axis < 3:
        raise ValueError(f"axis is {axis} of {grid.axes}: sections need a volume and an axis from 0 to 2")


def check_sections(axis: int, sections: tuple[int, ...], grid: Grid) -> None:
    """Raise ValueError unless the grid has all these sections."""
    check_axis(axis, grid)
    for one in sections:
        if not 0 <= one < grid.shape[axis]:
            raise ValueError(f"section is {one}: the grid has sections 0 to {grid.shape[axis] - 1}")


def check_fill(fill: str) -> None:
    """Raise ValueError unless `fill` names a filling."""
    if fill not in ("zero", "mean"):
        raise ValueError(f'fill is {fill!r}: give "zero" or "mean"')


def _with(own: torch.Tensor, plane: list[int], moved: torch.Tensor, grid: Grid) -> torch.Tensor:
    own = own.clone()
    own[..., plane] = moved
    middle = torch.from_numpy(grid.centre).to(own)
    return own @ torch.from_numpy(grid.directions).to(own).T + middle
