"""Random poses as 4x4 matrices, and images resampled under them with one interpolation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from craniomark.ground.geometry import random_rotations

Array = NDArray[np.float64]
ANY = 180.0


@dataclass(frozen=True)
class PoseRange:
    """How far things may be moved; zeros move nothing.

    Attributes
    ----------
    degrees : float
        Largest angle of the rotation about any axis; 180 draws evenly from all rotations.
    scale : float
        Largest absolute natural logarithm of the size.
    stretch : float
        The same for each axis by itself.
    shift : float
        Largest shift along each axis, mm.
    """

    degrees: float = 0.0
    scale: float = 0.0
    stretch: float = 0.0
    shift: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value < np.inf:
                raise ValueError(f"{name} is {value}: give a number that is not negative")
        if self.degrees > ANY:
            raise ValueError(f"degrees is {self.degrees}: give at most {ANY:g}")

    def grown(self, share: float) -> "PoseRange":
        """All ranges times `share`: small at the start of a training, 1 later."""
        return PoseRange(*(share * value for value in vars(self).values()))


def sample_poses(count: int, ranges: PoseRange, rng: np.random.Generator, about: ArrayLike = 0.0) -> Array:
    """Draw poses, shape (count, 4, 4), mm to mm: stretched, turned and scaled about a point, then shifted.

    Parameters
    ----------
    count : int
        How many.
    ranges : PoseRange
        How far.
    rng : Generator
        Where they are drawn from.
    about : array_like, shape (3,) or (count, 3)
        The point, mm, that only the shift moves.
    """
    any_turn = ranges.degrees >= ANY
    turns = random_rotations(count, rng) if any_turn else small_rotations(count, ranges.degrees, rng)
    sizes = np.exp(rng.uniform(-ranges.scale, ranges.scale, (count, 1)))
    sizes = sizes * np.exp(rng.uniform(-ranges.stretch, ranges.stretch, (count, 3)))
    shifts = rng.uniform(-ranges.shift, ranges.shift, (count, 3))
    return pose_matrices(turns * sizes[:, None, :], shifts, about)


def small_rotations(count: int, degrees: float, rng: np.random.Generator) -> Array:
    """Rotations, shape (count, 3, 3), about random axes by angles even between 0 and `degrees`."""
    axes = rng.normal(size=(count, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    angles = np.radians(rng.uniform(0, degrees, (count, 1)))
    return Rotation.from_rotvec(axes * angles).as_matrix().reshape(count, 3, 3)


def pose_matrices(linear: Array, shifts: ArrayLike, about: ArrayLike = 0.0) -> Array:
    """Matrices, shape (N, 4, 4), of linear parts, shape (N, 3, 3), about a point, and shifts, mm."""
    about = np.broadcast_to(np.asarray(about, dtype=np.float64), (len(linear), 3))
    matrices = np.tile(np.eye(4), (len(linear), 1, 1))
    matrices[:, :3, :3] = linear
    matrices[:, :3, 3] = about + np.asarray(shifts) - np.einsum("nij,nj->ni", linear, about)
    return matrices


def moved_points(points: ArrayLike, matrices: Array) -> Array:
    """Points, shape (N, P, 3) or (P, 3) mm, under matrices, shape (N, 4, 4); NaN stays NaN."""
    turned = np.asarray(points, dtype=np.float64) @ matrices[:, :3, :3].swapaxes(1, 2)
    return turned + matrices[:, None, :3, 3]


def index_maps(to_index: ArrayLike, matrices: Array, from_index: ArrayLike) -> Array:
    """Output voxel to input voxel, shape (N, 4, 4), for images that `matrices` move.

    Parameters
    ----------
    to_index : array_like, shape (4, 4) or (N, 4, 4)
        Input voxel index to mm.
    matrices : ndarray, shape (N, 4, 4)
        Where the content goes, mm to mm.
    from_index : array_like, shape (4, 4) or (N, 4, 4)
        Output voxel index to mm.
    """
    return np.linalg.inv(matrices @ np.asarray(to_index)) @ np.asarray(from_index)


def resampled(
    images: torch.Tensor, maps: ArrayLike, shape: Sequence[int], mode: str = "bilinear"
) -> torch.Tensor:
    """A whole batch resampled at once; zero outside the input.

    Parameters
    ----------
    images : Tensor, shape (B, C, I, J[, K])
        Input.
    maps : array_like, shape (B, 4, 4)
        Output voxel index to input voxel index, from `index_maps`; (B, 3, 3) in two dimensions.
    shape : sequence of int
        Of the output.
    mode : {"bilinear", "nearest"}
        Trilinear, or the nearest voxel for masks.

    Returns
    -------
    Tensor, shape (B, C, *shape)
    """
    half_in = (np.array(images.shape[2:]) - 1) / 2
    half_out = (np.array(shape) - 1) / 2
    maps = np.asarray(maps, dtype=np.float64)
    linear = maps[:, :-1, :-1] * half_out / half_in[:, None]
    middle = (np.einsum("nij,j->ni", maps[:, :-1, :-1], half_out) + maps[:, :-1, -1]) / half_in - 1
    # torch counts the axes of a grid from the last one.
    theta = np.concatenate([linear[:, ::-1, ::-1], middle[:, ::-1, None]], axis=-1)
    place = torch.from_numpy(np.ascontiguousarray(theta)).to(images.device, images.dtype)
    grid = F.affine_grid(place, [len(images), 1, *shape], align_corners=True)
    return F.grid_sample(images, grid, mode=mode, align_corners=True)
