"""Live augmentation of intensities: whitened images looked at through other scanners."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter


@dataclass(frozen=True)
class IntensitySettings:
    """How much intensities are changed, each time anew.

    Attributes
    ----------
    enabled : bool
        Whether at all.
    scale, shift : float
        Largest change of contrast, as a ratio, and of brightness, in standard deviations.
    noise : float
        Largest standard deviation of noise, in those of the image.
    gamma : float
        Largest logarithm of the exponent on intensities between darkest and brightest.
    blur : float
        Largest standard deviation of a Gaussian blur, voxels.
    """

    enabled: bool = False
    scale: float = 0.1
    shift: float = 0.1
    noise: float = 0.05
    gamma: float = 0.0
    blur: float = 0.0

    def __post_init__(self) -> None:
        for name in ("scale", "shift", "noise", "gamma", "blur"):
            if not 0 <= getattr(self, name) < (1 if name == "scale" else 100):
                allowed = "0 to below 1" if name == "scale" else "0 or more"
                raise ValueError(f"{name} is {getattr(self, name)}: allowed is {allowed}")


@dataclass(frozen=True)
class Look:
    """One change of intensities, as the attributes of `IntensitySettings` say."""

    scale: float
    shift: float
    noise: float
    gamma: float
    blur: float
    seed: int

    def __call__(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """The image as changed; the same each time."""
        changed = image
        if self.gamma:
            low, high = float(image.min()), float(image.max())
            span = max(high - low, 1e-6)
            changed = low + span * ((changed - low) / span) ** np.exp(self.gamma)
        if self.blur > 0.1:
            changed = gaussian_filter(changed, self.blur)
        changed = changed * (1 + self.scale) + self.shift
        if self.noise:
            rng = np.random.default_rng(self.seed)
            changed = changed + self.noise * rng.standard_normal(image.shape, dtype=np.float32)
        return np.asarray(changed, dtype=np.float32)


def drawn_look(settings: IntensitySettings, rng: np.random.Generator) -> Look:
    """A change within the settings, a function of the generator's state."""
    return Look(
        float(rng.uniform(-settings.scale, settings.scale)),
        float(rng.uniform(-settings.shift, settings.shift)),
        float(rng.uniform(0, settings.noise)),
        float(rng.uniform(-settings.gamma, settings.gamma)),
        float(rng.uniform(0, settings.blur)),
        int(rng.integers(2**31)),
    )
