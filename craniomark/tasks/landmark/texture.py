"""How bright and how detailed the surroundings of a landmark are, beside what is usual there."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.engine.patchmatch import gaussian_window, patches
from craniomark.ground.geometry import invert
from craniomark.tasks.landmark.usual import Usual, drawn_sd, left_out_deviations, mean_of_known

Array = NDArray[np.float64]

FEATURES = ("amplitude", "detail")
"""Logarithms of the standard deviation of brightness about a landmark, and of the share of it that
a blur of `_BLUR_MM` takes away."""

_SPACING, _SIZE, _SIGMA_MM, _BLUR_MM = 0.125, 17, 0.5, 0.2
_LEAST = 1e-3
_LEAST_SD = 0.05
_ROUNDS = 3
_MARGIN = 3.0
_LIMIT_UNKNOWN = 5.0  # standard deviations, where there is no second specimen to measure against


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


class UsualTexture(Usual):
    """What texture is usual about each landmark, after what is common to a specimen was taken away."""

    def deviation(self, features: Array, seen: NDArray[np.bool_] | None = None) -> Array:
        """Largest distance of a landmark's features from the usual, in standard deviations, shape (L,).

        Parameters
        ----------
        features : ndarray, shape (L, 2)
            Of one specimen.
        seen : ndarray of bool, shape (L,), optional
            Landmarks in view, which tell what is common to the specimen; by default all.
        """
        view = np.ones(len(features), dtype=bool) if seen is None else seen
        relative = features - _common(features, self.mean, view)
        return np.asarray(np.abs(self.deviations(relative)).max(1))


def usual_texture(
    features: Sequence[Array], exceeded: float, seen: Sequence[NDArray[np.bool_]] | None = None
) -> UsualTexture:
    """What is usual, and the limit, which is `_MARGIN` times what a share of intact landmarks exceeds.

    Each specimen is measured against the mean of the others, so that the limit holds for new ones.
    The margin leaves room for scans that are resampled or come from other scanners; blurred and
    missing bone lie far beyond.

    Parameters
    ----------
    features : sequence of ndarray, shape (L, 2)
        Of intact specimens.
    exceeded : float
        Share of landmarks.
    seen : sequence of ndarray of bool, shape (L,), optional
        Landmarks in view; by default all.
    """
    views = seen if seen is not None else [np.ones(len(f), dtype=bool) for f in features]
    known = np.array([np.where(v[:, None], f, np.nan) for f, v in zip(features, views, strict=True)])
    relative = known
    for _ in range(_ROUNDS):
        mean = mean_of_known(relative)
        shifts = [_common(f, mean, v) for f, v in zip(features, views, strict=True)]
        relative = known - np.array(shifts)[:, None]
    sd = drawn_sd(relative, _LEAST_SD)
    reached = np.abs(left_out_deviations(relative, sd)).max(-1)
    limit = _MARGIN * _quantile(reached, 1 - exceeded)
    return UsualTexture(mean_of_known(relative), sd, limit)


def _common(features: Array, usual: Array, seen: NDArray[np.bool_]) -> Array:
    """By how much most landmarks differ from the usual: the scanner's sharpness and the scan's brightness.

    The median of differences, not of the features: these vary so much from landmark to landmark that
    a few spoilt ones would shift it.
    """
    return np.asarray(np.median((features - usual)[seen], axis=0)) if seen.any() else np.zeros(2)


def _quantile(values: Array, level: float) -> float:
    known = values[np.isfinite(values)]
    return float(np.quantile(known, level)) if known.size else _LIMIT_UNKNOWN


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
