"""Steps that change how an image looks and move nothing: brightness, noise, blur, shading, resolution."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F

from craniomark.parts.augment.clutter import Capsules, with_capsules
from craniomark.parts.augment.fieldofview import cut_away, planes_hide
from craniomark.parts.augment.grid import Grid, Rows
from craniomark.parts.augment.intensity import blurred, raised, shaded, with_noise
from craniomark.parts.augment.steps import Step


@dataclass(frozen=True)
class Levels(Step):
    """Brightness of the whole image or of each section: sign(v) |v|^gamma, times gain, plus offset.

    Attributes
    ----------
    gain, offset, gamma : tuple of float
        One number, or one for each section.
    axis : int
        Across the sections; -1 for the whole image.
    """

    looks: ClassVar[bool] = True
    gain: tuple[float, ...]
    offset: tuple[float, ...]
    gamma: tuple[float, ...]
    axis: int = -1

    def __post_init__(self) -> None:
        if not len(self.gain) == len(self.offset) == len(self.gamma):
            raise ValueError("gain, offset and gamma: give as many of each")
        if not all(0 < one < np.inf for one in self.gamma):
            raise ValueError(f"gamma is {self.gamma}: give positive numbers")

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if the grid has another number of sections."""
        if not -1 <= self.axis < grid.axes:
            raise ValueError(f"axis is {self.axis}: give one of the grid's {grid.axes}, or -1")
        wanted = 1 if self.axis < 0 else grid.shape[self.axis]
        if len(self.gain) != wanted:
            raise ValueError(f"gain has {len(self.gain)} numbers: give {wanted}")

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image at its new levels."""
        each = [1, *(n if axis == self.axis else 1 for axis, n in enumerate(grid.shape))]
        gain, offset, gamma = (image.new_tensor(v).view(each) for v in (self.gain, self.offset, self.gamma))
        if any(one != 1 for one in self.gamma):
            image = raised(image, gamma)
        return image * gain + offset


@dataclass(frozen=True)
class Noise(Step):
    """Gaussian noise, the same on every device.

    Attributes
    ----------
    deviation : float
        Standard deviation, in the image's own units.
    seed : int
        Of the noise.
    """

    looks: ClassVar[bool] = True
    deviation: float
    seed: int

    def __post_init__(self) -> None:
        _not_negative("deviation", self.deviation)

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image with the noise added."""
        del grid
        return with_noise(image, image.new_tensor(self.deviation), self.seed)


@dataclass(frozen=True)
class Blur(Step):
    """A Gaussian blur.

    Attributes
    ----------
    width : float
        Standard deviation, mm.
    """

    looks: ClassVar[bool] = True
    width: float

    def __post_init__(self) -> None:
        _not_negative("width", self.width)

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image blurred along all axes, renormalised at the borders."""
        found = image[None]
        for axis, step in enumerate(grid.spacing):
            found = blurred(found, found.new_tensor([self.width / step]), (axis,))
        return found[0]


@dataclass(frozen=True)
class Bias(Step):
    """A smooth field that multiplies the image: shading, beam hardening, uneven light.

    Attributes
    ----------
    logarithms : nested tuple, shape (n0, n1[, n2])
        Natural logarithm of the field at control points from corner to corner, linear between them.
    """

    looks: ClassVar[bool] = True
    logarithms: tuple[tuple[tuple[float, ...], ...], ...]

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if the control points have another number of axes."""
        if np.ndim(self.logarithms) != grid.axes:
            raise ValueError(f"logarithms has {np.ndim(self.logarithms)} axes: give {grid.axes}")

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image times the field."""
        del grid
        return shaded(image[None], image.new_tensor(self.logarithms)[None, None])[0]


@dataclass(frozen=True)
class LowResolution(Step):
    """Seen by a coarser scanner: averaged to larger voxels, then brought back to the grid linearly.

    Attributes
    ----------
    factors : tuple of float
        How many times as large the voxels were along each axis, at least 1.
    """

    looks: ClassVar[bool] = True
    factors: tuple[float, ...]

    def __post_init__(self) -> None:
        if not all(1 <= one < np.inf for one in self.factors):
            raise ValueError(f"factors is {self.factors}: give numbers from 1 on")

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if there is not one factor for each axis."""
        if len(self.factors) != grid.axes:
            raise ValueError(f"factors is {self.factors}: give {grid.axes}")

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image with less detail."""
        coarse = [max(1, round(n / f)) for n, f in zip(grid.shape, self.factors, strict=True)]
        small = F.interpolate(image[None], size=coarse, mode="area")
        mode = "trilinear" if grid.axes == 3 else "bilinear"
        return F.interpolate(small, size=grid.shape, mode=mode, align_corners=False)[0]


@dataclass(frozen=True)
class FieldOfView(Step):
    """Air beyond planes, as where a scan ends short of the specimen; points beyond them are missing.

    Attributes
    ----------
    planes : tuple of tuple of float
        Outward unit normal, and how far along it, mm from the middle of the grid, the field reaches.
    """

    looks: ClassVar[bool] = True
    planes: Rows

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if the planes are of another number of axes."""
        if any(len(one) != grid.axes + 1 for one in self.planes):
            raise ValueError(f"planes have {len(self.planes[0])} numbers: give {grid.axes + 1}")

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image with air beyond the planes; voxels that one crosses keep a part."""
        return cut_away(image[None], grid.array, self._planes(grid)[None])[0]

    def masked(self, mask: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The mask without the voxels whose centres lie beyond."""
        places = grid.places(mask.double())
        return mask * ~planes_hide(places, self._planes(grid))

    def hidden(self, places: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Whether places lie beyond a plane."""
        return planes_hide(places, self._planes(grid))

    def _planes(self, grid: Grid) -> np.ndarray:
        planes = np.array(self.planes, dtype=np.float64)
        planes[:, -1] += planes[:, :-1] @ grid.centre
        return planes


@dataclass(frozen=True)
class Clutter(Step):
    """A rod, ball or tube beside the specimen.

    Attributes
    ----------
    start, end : tuple of float
        Ends of its axis, mm from the middle of the grid.
    radius, wall, brightness : float
        As `Capsules` has them.
    """

    looks: ClassVar[bool] = True
    start: tuple[float, ...]
    end: tuple[float, ...]
    radius: float
    wall: float
    brightness: float

    def checked(self, grid: Grid) -> None:
        """Raise ValueError in two dimensions."""
        if grid.axes != 3:
            raise ValueError("start is of a thing in space: the grid has two axes")

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image with it, wherever it outshines what is there."""
        ends = (np.array([[one]]) + grid.centre for one in (self.start, self.end))
        rest = (np.array([[one]]) for one in (self.radius, self.wall, self.brightness))
        return with_capsules(image[None], grid.array, Capsules(*ends, *rest))[0]


def _not_negative(name: str, value: float) -> None:
    if not 0 <= value < np.inf:
        raise ValueError(f"{name} is {value}: give a number that is not negative")
