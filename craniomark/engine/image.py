"""An image that can be asked for its value, and its slope, at any physical point."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.volumes import Volume

GridShape = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Image:
    """Float voxels on a device, addressed in LPS millimetres.

    Attributes
    ----------
    voxels : Tensor, shape (I, J, K), float32
        Voxel values.
    matrix : ndarray, shape (4, 4)
        Voxel index to LPS mm.
    """

    voxels: torch.Tensor
    matrix: NDArray[np.float64]

    @classmethod
    def of(cls, volume: Volume, device: str | torch.device = "cpu") -> "Image":
        """The voxels of a volume as float32."""
        array = np.require(volume.array, np.float32, ["C", "W"])  # torch warns of what it may not write
        return cls(torch.from_numpy(array).to(device), volume.matrix)

    @property
    def shape(self) -> GridShape:
        """Number of voxels along each axis."""
        i, j, k = self.voxels.shape
        return i, j, k

    @property
    def spacing(self) -> NDArray[np.float64]:
        """Voxel size, mm, shape (3,)."""
        return np.linalg.norm(self.matrix[:3, :3], axis=0)

    def scaled(self, gain: float) -> "Image":
        """The same image with its values times `gain`."""
        return Image(self.voxels * gain, self.matrix)

    def moved(self, transform: ArrayLike) -> "Image":
        """The same voxels elsewhere: `transform` is 4x4, from LPS to LPS mm."""
        return Image(self.voxels, np.asarray(transform, dtype=np.float64) @ self.matrix)

    def at(self, points: torch.Tensor) -> torch.Tensor:
        """Trilinear values at `points`, shape (..., 3) mm; zero outside the grid."""
        return self._sampled(self.voxels[None], points)[0].reshape(points.shape[:-1])

    def with_slope(self, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Values, shape (...), and gradients per mm, shape (..., 3), at `points`, shape (..., 3) mm."""
        sampled = self._sampled(self._voxels_and_slopes, points)
        per_index = sampled[1:].T.reshape(*points.shape[:-1], 3)
        inverse = torch.as_tensor(
            np.linalg.inv(self.matrix[:3, :3]), dtype=points.dtype, device=points.device
        )
        return sampled[0].reshape(points.shape[:-1]), per_index @ inverse

    def inside(self, points: torch.Tensor, margin_mm: float = 0.0) -> torch.Tensor:
        """True where `points`, shape (..., 3) mm, lie in the grid's voxels or `margin_mm` beyond them."""
        index = self._index(points)
        last = torch.tensor(self.voxels.shape, device=points.device) - 1
        beyond = 0.5 + margin_mm / torch.as_tensor(self.spacing, dtype=index.dtype, device=points.device)
        return ((index >= -beyond) & (index <= last + beyond)).all(dim=-1)

    def smoothed(self, sigma_mm: float) -> "Image":
        """Gaussian blur of `sigma_mm` along every axis; no blur below a fifth of a voxel."""
        voxels = self.voxels
        for axis, sigma in enumerate(sigma_mm / self.spacing):
            if sigma >= 0.2:
                voxels = _blurred(voxels, axis, float(sigma))
        return Image(voxels, self.matrix)

    def on_grid(self, shape: GridShape, matrix: ArrayLike) -> "Image":
        """Trilinear samples on another grid whose voxel-to-LPS matrix is `matrix`."""
        matrix = np.asarray(matrix, dtype=np.float64)
        return Image(self.at(grid_points(shape, matrix, self.voxels.device)), matrix)

    def shrunk(self, spacing_mm: float) -> "Image":
        """Averaged over blocks and resampled along its own axes to about `spacing_mm`, never finer."""
        blocks = np.maximum(np.floor(spacing_mm / self.spacing).astype(int), 1)
        blocks = np.minimum(blocks, self.voxels.shape)
        pooled = F.avg_pool3d(self.voxels[None, None], tuple(int(b) for b in blocks))[0, 0]
        matrix = self.matrix @ np.diag([*blocks.astype(float), 1.0])
        matrix[:3, 3] += self.matrix[:3, :3] @ ((blocks - 1) / 2)
        return Image(pooled, matrix)

    @cached_property
    def _voxels_and_slopes(self) -> torch.Tensor:
        return torch.stack([self.voxels, *torch.gradient(self.voxels)])

    def _index(self, points: torch.Tensor) -> torch.Tensor:
        inverse = torch.as_tensor(np.linalg.inv(self.matrix), dtype=points.dtype, device=points.device)
        return points @ inverse[:3, :3].T + inverse[:3, 3]

    def _sampled(self, channels: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
        # From mm to torch's coordinates, -1 to 1 and last axis first, in one product.
        scale = 2 / np.maximum(np.array(self.shape) - 1, 1)
        inverse = np.linalg.inv(self.matrix)[:3]
        inverse = (inverse * scale[:, None] - [0, 0, 0, 1])[::-1].copy()
        place = torch.as_tensor(inverse, dtype=points.dtype, device=points.device)
        grid = torch.addmm(place[:, 3], points.reshape(-1, 3), place[:, :3].T).view(1, 1, 1, -1, 3)
        sampled = F.grid_sample(channels[None], grid, align_corners=True, padding_mode="zeros")
        return sampled.reshape(len(channels), -1)


def grid_points(
    shape: GridShape, matrix: NDArray[np.float64], device: str | torch.device = "cpu"
) -> torch.Tensor:
    """Positions, mm, of all voxels of a grid, shape (I, J, K, 3)."""
    place = torch.as_tensor(matrix, dtype=torch.float32, device=device)
    axes = [torch.arange(n, device=device, dtype=torch.float32) for n in shape]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1) @ place[:3, :3].T + place[:3, 3]


def _blurred(voxels: torch.Tensor, axis: int, sigma: float) -> torch.Tensor:
    """Gaussian along one axis, renormalised at the borders.

    As matrix products of contiguous stacks: several times faster on a CPU than a convolution of one
    channel.
    """
    index = torch.arange(voxels.shape[axis], device=voxels.device, dtype=voxels.dtype)
    distance = index[:, None] - index
    kernel = torch.exp(-(distance**2) / (2 * sigma**2)) * (distance.abs() <= math.ceil(3 * sigma))
    kernel = kernel / kernel.sum(1, keepdim=True)
    before = voxels.shape[:axis].numel()
    stacks = voxels.reshape(before, len(index), -1)
    if stacks.shape[-1] == 1:
        return (stacks[..., 0] @ kernel.T).reshape(voxels.shape)
    return (kernel @ stacks).reshape(voxels.shape)
