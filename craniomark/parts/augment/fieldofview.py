"""Fields of view that end short of the specimen or far beyond it: air outside of planes."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.geometry import random_rotations

Array = NDArray[np.float64]
_SIDES = np.vstack([np.eye(3), -np.eye(3)])


@dataclass(frozen=True)
class FieldRange:
    """How often and how far a field of view ends short of the specimen.

    Attributes
    ----------
    probability : float
        That a side of the box cuts into the specimen, for each side by itself.
    share : float
        Largest share of the specimen's length that a side cuts away.
    padding : float
        Largest distance, mm, of the other sides from the specimen.
    oblique : float
        Probability that the box stands obliquely to the axes.
    """

    probability: float = 0.0
    share: float = 0.0
    padding: float = 3.0
    oblique: float = 0.0

    def __post_init__(self) -> None:
        for name in ("probability", "share", "oblique"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}: give a number from 0 to 1")
        if not 0 <= self.padding < np.inf:
            raise ValueError(f"padding is {self.padding}: give a number that is not negative")


def sample_planes(points: ArrayLike, ranges: FieldRange, rng: np.random.Generator) -> Array:
    """Draw boxes around specimens, as planes.

    Parameters
    ----------
    points : array_like, shape (N, P, 3)
        Points that span each specimen, mm; NaN where missing.
    ranges : FieldRange
        How often and how far.
    rng : Generator
        Where they are drawn from.

    Returns
    -------
    ndarray, shape (N, 6, 4)
        Outward normals, and how far along them, mm, the field reaches.
    """
    points = np.asarray(points, dtype=np.float64)
    count = len(points)
    turns = random_rotations(count, rng)
    turns[rng.random(count) >= ranges.oblique] = np.eye(3)
    normals = _SIDES @ turns
    along = np.einsum("npi,nsi->nps", points, normals)
    highest, lowest = np.nanmax(along, axis=1), np.nanmin(along, axis=1)
    cut = rng.random((count, 6)) < ranges.probability
    inwards = rng.uniform(0, ranges.share, (count, 6)) * (highest - lowest)
    outwards = rng.uniform(0, ranges.padding, (count, 6))
    reach = highest + np.where(cut, -inwards, outwards)
    return np.concatenate([normals, reach[..., None]], axis=-1)


def within(points: ArrayLike, planes: Array) -> NDArray[np.bool_]:
    """True, shape (N, P), where points, shape (N, P, 3) mm, lie behind all planes; False for NaN."""
    along = np.einsum("npi,nsi->nps", np.asarray(points, dtype=np.float64), planes[..., :3])
    return (along <= planes[:, None, :, 3]).all(-1)


def planes_hide(places: torch.Tensor, planes: ArrayLike) -> torch.Tensor:
    """Whether places, shape (..., axes) mm, lie beyond any of the planes, shape (S, axes + 1)."""
    given = torch.as_tensor(np.asarray(planes)).to(places)
    return (places @ given[:, :-1].T > given[:, -1]).any(-1)


def cut_away(images: torch.Tensor, to_mm: ArrayLike, planes: Array) -> torch.Tensor:
    """The images with air, 0, beyond their planes; voxels that a plane crosses keep a part.

    Parameters
    ----------
    images : Tensor, shape (N, C, I, J, K), or (N, C, I, J) in two dimensions
        Air about 0.
    to_mm : array_like, shape (4, 4) or (N, 4, 4)
        Voxel index to mm; one row and column less in two dimensions.
    planes : ndarray, shape (N, S, 4)
        From `sample_planes`; lines, shape (N, S, 3), in two dimensions.
    """
    axes = images.ndim - 2
    to_mm = np.broadcast_to(np.asarray(to_mm, dtype=np.float64), (len(images), axes + 1, axes + 1))
    across = np.einsum("nsi,nij->nsj", planes[..., :axes], to_mm[:, :axes])  # mm per voxel, and at index 0
    step = np.linalg.norm(across[..., :axes], axis=-1, keepdims=True)
    depth = np.concatenate([-across[..., :axes], planes[..., axes:] - across[..., axes:]], axis=-1) / step
    rows = torch.from_numpy(depth).to(images.device, images.dtype)
    kept = torch.ones_like(images[:, :1])
    index = [
        torch.arange(n, device=images.device, dtype=images.dtype).view(-1, *(1,) * (axes - 1 - axis))
        for axis, n in enumerate(images.shape[2:])
    ]
    for plane in rows.unbind(1):
        *slopes, last = plane.view(len(images), axes + 1, *(1,) * axes).unbind(1)
        first, *others = (slope * place for slope, place in zip(slopes, index, strict=True))
        inside = sum(others, first) + last
        kept = torch.minimum(kept, (inside[:, None] + 0.5).clamp(0, 1))
    return images * kept
