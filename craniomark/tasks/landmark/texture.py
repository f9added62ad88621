"""How bright and how detailed the surroundings of a landmark are, beside what is usual there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.engine.patchmatch import gaussian_window, patches
from craniomark.ground.geometry import invert

Array = NDArray[np.float64]

FEATURES = ("amplitude", "detail")
"""Logarithms of the standard deviation of brightness about a landmark, and of the share of it that
a blur of `_BLUR_MM` takes away."""

_SPACING, _SIZE, _SIGMA_MM, _BLUR_MM = 0.125, 17, 0.5, 0.2
_LEAST = 1e-3
_LEAST_SD = 0.05


def texture(image: Image, template_to_specimen: Array, points: Array) -> Array:
    """Features of the surroundings of landmarks, shape (L, 2), in the order of `FEATURES`.

    Parameters
    ----------
    image : Image
        Specimen, bone brightness about 1.
    template_to_specimen : ndarray, shape (4, 4)
        Pose, mm to mm.
    points : ndarray, shape (L, 3)
        Landmarks in the template's frame, mm.
    """
    canonical = image.shrunk(_SPACING / 2).moved(invert(template_to_specimen))
    found = patches(canonical, points, _SIZE, _SPACING)
    window = gaussian_window(_SIZE, _SPACING, _SIGMA_MM).to(found.device)
    blurred = _blurred(found)
    spread, fine = _deviation(found, window), _deviation(found - blurred, window)
    features = torch.stack([(spread + _LEAST).log(), ((fine + _LEAST) / (spread + _LEAST)).log()], -1)
    return features.cpu().numpy().astype(np.float64)


@dataclass(frozen=True, eq=False)
class UsualTexture:
    """What is usual about each landmark on intact specimens.

    Attributes
    ----------
    mean, sd : ndarray, shape (L, 2)
        Of the features, each specimen's median taken away.
    limit : float
        Standard deviations from the mean that intact specimens rarely exceed.
    """

    mean: Array
    sd: Array
    limit: float

    def deviation(self, features: Array) -> Array:
        """Largest distance of a landmark's features from the usual, in standard deviations, shape (L,)."""
        relative = features - np.median(features, axis=0)
        return np.asarray(np.abs((relative - self.mean) / self.sd).max(1))

    def as_json(self) -> dict[str, Any]:
        """Plain numbers under their names."""
        return {"mean": self.mean.round(4).tolist(), "sd": self.sd.round(4).tolist(), "limit": self.limit}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "UsualTexture":
        """The inverse of `as_json`.

        Raises
        ------
        ValueError
            If a number is missing, not finite or not positive where it must be.
        """
        try:
            mean, sd = (np.array(values[name], dtype=np.float64) for name in ("mean", "sd"))
            limit = float(values["limit"])
        except (KeyError, TypeError) as error:
            raise ValueError(f"the usual texture lacks {error}") from error
        sound = mean.shape == sd.shape == (len(mean), len(FEATURES)) and np.isfinite(mean).all()
        if not (sound and (sd > 0).all() and np.isfinite(sd).all() and 0 < limit < np.inf):
            raise ValueError("the usual texture is not two finite features of each landmark")
        return cls(mean, sd, limit)


def usual_texture(features: Sequence[Array], exceeded: float) -> UsualTexture:
    """What is usual, and the limit that a share `exceeded` of intact landmarks exceeds.

    Each specimen is measured against the mean of the others, so that the limit holds for new ones.

    Parameters
    ----------
    features : sequence of ndarray, shape (L, 2)
        Of intact specimens.
    exceeded : float
        Share of landmarks.
    """
    relative = np.array([f - np.median(f, axis=0) for f in features])
    sd = _drawn_sd(relative)
    count = len(relative)
    others = (relative.sum(0) - relative) / max(count - 1, 1)
    deviations = np.abs((relative - others) / sd).max(-1)
    return UsualTexture(relative.mean(0), sd, float(np.quantile(deviations, 1 - exceeded)))


def _drawn_sd(relative: Array) -> Array:
    """Standard deviation of each landmark, drawn half-way to that of all."""
    variance = relative.var(axis=0, ddof=1) if len(relative) > 1 else np.zeros(relative.shape[1:])
    return np.sqrt((variance + variance.mean(0)) / 2 + _LEAST_SD**2)


def _deviation(values: torch.Tensor, window: torch.Tensor) -> torch.Tensor:
    axes = (-3, -2, -1)
    mean = (window * values).sum(axes, keepdim=True)
    return (window * (values - mean) ** 2).sum(axes).sqrt()


def _blurred(values: torch.Tensor) -> torch.Tensor:
    """Patches blurred along each axis."""
    offsets = torch.arange(_SIZE, device=values.device, dtype=values.dtype)
    kernel = torch.exp(-(((offsets[:, None] - offsets) * _SPACING) ** 2) / (2 * _BLUR_MM**2))
    kernel = kernel / kernel.sum(1, keepdim=True)
    for axis in (-3, -2, -1):
        values = (values.movedim(axis, -1) @ kernel.T).movedim(-1, axis)
    return values
