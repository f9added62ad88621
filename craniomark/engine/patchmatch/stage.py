"""Settings of one stage of patch matching."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """How far to look, at what resolution, and how much to believe.

    Attributes
    ----------
    name : str
        Names the stage's templates in a bundle.
    spacing : float
        Of the patches' sample points, mm.
    size : int
        Sample points along each side of a template patch.
    reach : float
        Largest shift along each axis, mm.
    sigmas : tuple of float
        Gaussian windows, mm; each is an opinion of its own.
    blur : float
        Gaussian blur of the image beforehand, mm.
    sharpness : float
        Inverse temperature of the correlation as a likelihood.
    prior_sd : float
        Standard deviation, mm, of the shift expected beforehand: the trust region.
    """

    name: str
    spacing: float
    size: int
    reach: float
    sigmas: tuple[float, ...]
    blur: float
    sharpness: float
    prior_sd: float

    @property
    def shifts(self) -> int:
        """Number of shifts tried to either side."""
        return max(round(self.reach / self.spacing), 1)

    @property
    def search_size(self) -> int:
        """Sample points along each side of the search patch."""
        return self.size + 2 * self.shifts
