"""Brightness, contrast, noise, blur and shading, as scanners differ in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

_LATTICE = 3
"""Control points of the shading along each axis."""


@dataclass(frozen=True)
class IntensityRange:
    """How far intensities may be changed; zeros change nothing.

    Attributes
    ----------
    gain, gamma : float
        Largest absolute logarithm, base 2, of the factor and of the exponent.
    noise : float
        Largest standard deviation of Gaussian noise, in the image's own units (bone about 1).
    blur : float
        Largest standard deviation of a Gaussian blur, voxels.
    shading : float
        Largest absolute natural logarithm of a smooth field that multiplies the image.
    """

    gain: float = 0.0
    gamma: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    shading: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value < np.inf:
                raise ValueError(f"{name} is {value}: give a number that is not negative")


@dataclass(frozen=True, eq=False)
class Intensity:
    """What is done to the intensities of a batch.

    Attributes
    ----------
    gain, gamma, noise, blur : Tensor, shape (B,)
        Factor, exponent, and the standard deviations of noise and of blur.
    shading : Tensor, shape (B, 1, 3, 3[, 3])
        Logarithm of the field at its control points.
    seed : int
        Of the noise.
    """

    gain: torch.Tensor
    gamma: torch.Tensor
    noise: torch.Tensor
    blur: torch.Tensor
    shading: torch.Tensor
    seed: int


def sample_intensity(
    count: int, ranges: IntensityRange, rng: np.random.Generator, axes: int = 3
) -> Intensity:
    """Draw the changes of `count` images of so many axes."""

    def drawn(low: float, high: float, *more: int) -> torch.Tensor:
        return torch.from_numpy(rng.uniform(low, high, (count, *more)).astype(np.float32))

    return Intensity(
        gain=drawn(-ranges.gain, ranges.gain).exp2(),
        gamma=drawn(-ranges.gamma, ranges.gamma).exp2(),
        noise=drawn(0.0, ranges.noise),
        blur=drawn(0.0, ranges.blur),
        shading=drawn(-ranges.shading, ranges.shading, 1, *(_LATTICE,) * axes),
        seed=int(rng.integers(2**62)),
    )


def with_intensity(images: torch.Tensor, change: Intensity) -> torch.Tensor:
    """The images changed: blur, gamma, shading, gain, then noise.

    Parameters
    ----------
    images : Tensor, shape (B, C, I, J[, K])
        Air about 0. Negative values keep their sign under gamma.
    change : Intensity
        For these B images; the same change gives the same images.
    """
    device, each = images.device, (-1, *(1,) * (images.ndim - 1))
    if bool((change.blur > 0).any()):
        images = blurred(images, change.blur.to(device))
    if bool((change.gamma != 1).any()):
        images = raised(images, change.gamma.to(device).view(each))
    if bool((change.shading != 0).any()):
        images = shaded(images, change.shading.to(device))
    images = images * change.gain.to(device).view(each)
    if bool((change.noise > 0).any()):
        images = with_noise(images, change.noise.to(device).view(each), change.seed)
    return images


def raised(images: torch.Tensor, gamma: torch.Tensor) -> torch.Tensor:
    """Images to the power of `gamma`, which their shape broadcasts with; signs stay."""
    return images.sign() * images.abs().pow(gamma)


def shaded(images: torch.Tensor, logarithms: torch.Tensor) -> torch.Tensor:
    """Images, shape (B, C, I, J[, K]), times a field whose logarithm is given at control points.

    The control points, shape (B, 1, n0, n1[, n2]), span the image from corner to corner.
    """
    mode = "trilinear" if images.ndim == 5 else "bilinear"
    field = F.interpolate(logarithms, size=images.shape[2:], mode=mode, align_corners=True)
    return images * field.exp()


def with_noise(images: torch.Tensor, deviation: torch.Tensor, seed: int) -> torch.Tensor:
    """Images with Gaussian noise, drawn on the CPU, so that every device shows the network the same."""
    noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(seed))
    return images + noise.to(images.device) * deviation


def blurred(images: torch.Tensor, sigmas: torch.Tensor, axes: Sequence[int] | None = None) -> torch.Tensor:
    """Gaussian blur of each image, shape (B, C, I, J[, K]), by its own `sigmas`, shape (B,), voxels.

    Renormalised at the borders. As matrix products, which are faster on a CPU than convolutions of
    one channel. Along all axes of space, or those in `axes`, counted from 0.
    """
    for axis in [2 + one for one in (range(images.ndim - 2) if axes is None else axes)]:
        index = torch.arange(images.shape[axis], device=images.device, dtype=images.dtype)
        width = sigmas.to(images.dtype).clamp_min(1e-3)[:, None, None]
        kernel = torch.exp(-((index[:, None] - index) ** 2) / (2 * width**2))
        kernel = kernel / kernel.sum(-1, keepdim=True)
        count, before = len(images), images.shape[1:axis].numel()
        stacks = images.reshape(count, before, len(index), -1)
        last = stacks.shape[-1] == 1
        mixed = stacks[..., 0] @ kernel.transpose(1, 2) if last else kernel[:, None] @ stacks
        images = mixed.reshape(images.shape)
    return images
