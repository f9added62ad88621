"""What a step of a transform may be."""

from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.parts.augment.grid import Grid

Array = NDArray[np.float64]


class Step:
    """A deterministic change whose parameters are numbers and words alone.

    A step that moves the content tells `linear`, or `back` and `forth`; one that changes how it looks,
    `changed`, and `masked` and `hidden` where things are no longer seen. Places are mm in the frame of
    the transform (see `Transform`), `grid` is the one that the step is given.
    """

    moves: ClassVar[bool] = False
    looks: ClassVar[bool] = False

    @property
    def sections(self) -> tuple[tuple[int, int], ...]:
        """Axis and number of the sections that this step makes defective."""
        return ()

    def checked(self, grid: Grid) -> None:
        """Raise ValueError if the step does not suit the grid."""

    def grid_after(self, grid: Grid) -> Grid:
        """The grid of what comes out."""
        return grid

    def linear(self, grid: Grid) -> Array | None:
        """Where content goes, mm to mm, if that is affine."""
        del grid
        return None

    def back(self, places: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Where what comes out at `places`, shape (..., axes), was."""
        del grid
        return places

    def forth(self, places: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Where what was at `places`, shape (..., axes), goes; NaN where it is lost."""
        del grid
        return places

    def changed(self, image: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The image, shape (C, *grid.shape), as it looks then."""
        del grid
        return image

    def masked(self, mask: torch.Tensor, grid: Grid) -> torch.Tensor:
        """The mask, shape (C, *grid.shape), without what is no longer seen."""
        del grid
        return mask

    def hidden(self, places: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Whether `places`, shape (N, axes), are no longer seen."""
        del grid
        return torch.zeros(len(places), dtype=torch.bool)
