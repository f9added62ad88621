"""Steps that spoil single sections of a volume: missing, of low contrast, or with dirt on them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch

from craniomark.parts.augment.grid import Grid
from craniomark.parts.augment.sections import check_fill, check_sections, filling, in_plane, own_places
from craniomark.parts.augment.steps import Step


@dataclass(frozen=True)
class MissingSections(Step):
    """Sections of which nothing is there.

    Attributes
    ----------
    axis : int
        Across the sections.
    numbers : tuple of int
        Which.
    fill : {"zero", "mean"}
        With 0, or with the mean of the section.
    """

    looks: ClassVar[bool] = True
    axis: int
    numbers: tuple[int, ...]
    fill: str = "zero"

    def __post_init__(self) -> None:
        check_fill(self.fill)

    @property
    def sections(self) -> tuple[tuple[int, int], ...]:
        """All of them."""
        return tuple((self.axis, one) for one in self.numbers)

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if a section is not there to be taken away."""
        check_sections(self.axis, self.numbers, grid)

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image without them."""
        del grid
        image = image.clone()
        for one in self.numbers:
            cut = image.select(1 + self.axis, one)
            cut.copy_(filling(cut, self.fill).expand_as(cut))
        return image


@dataclass(frozen=True)
class LowContrastSections(Step):
    """Sections whose brightness differs less from their mean.

    Attributes
    ----------
    axis : int
        Across the sections.
    numbers : tuple of int
        Which.
    contrasts : tuple of float
        How much of the contrast of each is left, 0 to 1.
    """

    looks: ClassVar[bool] = True
    axis: int
    numbers: tuple[int, ...]
    contrasts: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.contrasts) != len(self.numbers) or not all(0 <= one <= 1 for one in self.contrasts):
            raise ValueError(f"contrasts is {self.contrasts}: give one from 0 to 1 for each section")

    @property
    def sections(self) -> tuple[tuple[int, int], ...]:
        """All of them."""
        return tuple((self.axis, one) for one in self.numbers)

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if there is no such section."""
        check_sections(self.axis, self.numbers, grid)

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image with less contrast in them."""
        del grid
        image = image.clone()
        for one, left in zip(self.numbers, self.contrasts, strict=True):
            cut = image.select(1 + self.axis, one)
            mean = filling(cut, "mean")
            cut.copy_(mean + left * (cut - mean))
        return image


@dataclass(frozen=True)
class Artefact(Step):
    """Dirt on one section: soft spots that hide what is below.

    Attributes
    ----------
    axis, section : int
        Across the sections, and which one.
    spots : tuple of (float, float, float, float)
        Of each: middle along the two other axes, mm from the middle of the section; width (standard
        deviation of the Gaussian), mm; how much of the tissue is hidden in its middle, 0 to 1.
    fill : {"zero", "mean"}
        What is seen in its place: 0, or the mean of the section.
    """

    looks: ClassVar[bool] = True
    axis: int
    section: int
    spots: tuple[tuple[float, float, float, float], ...]
    fill: str = "zero"

    def __post_init__(self) -> None:
        check_fill(self.fill)
        for _, _, width, hidden in self.spots:
            if not width > 0 or not 0 <= hidden <= 1:
                raise ValueError(f"spot of width {width} that hides {hidden}: give positive mm and 0 to 1")

    @property
    def sections(self) -> tuple[tuple[int, int], ...]:
        """The dirty one."""
        return ((self.axis, self.section),)

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if there is no such section."""
        check_sections(self.axis, (self.section,), grid)

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image with the spots on it."""
        image = image.clone()
        cut = image.select(1 + self.axis, self.section)
        places = grid.places(image).select(self.axis, self.section)
        own = own_places(places, grid)[..., in_plane(self.axis)]
        seen = torch.ones_like(own[..., 0])
        for one, two, width, hidden in self.spots:
            away = (own - own.new_tensor([one, two])).square().sum(-1)
            seen = seen * (1 - hidden * torch.exp(-away / (2 * width**2)))
        cut.copy_(seen * cut + (1 - seen) * filling(cut, self.fill))
        return image


def apart(count: int, probability: float, rng: np.random.Generator) -> list[int]:
    """Numbers below `count`, each with about the probability given, no two of them adjacent."""
    wanted = np.flatnonzero(rng.random(count) < probability)
    chosen: set[int] = set()
    for one in map(int, rng.permutation(wanted)):
        if not {one - 1, one + 1} & chosen:
            chosen.add(one)
    return sorted(chosen)
