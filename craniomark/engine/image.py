"""An image that can be asked for its value at any physical point."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.volumes import Volume


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
        array = np.ascontiguousarray(volume.array, dtype=np.float32)
        return cls(torch.from_numpy(array).to(device), volume.matrix)

    @property
    def spacing(self) -> NDArray[np.float64]:
        """Voxel size, mm, shape (3,)."""
        return np.linalg.norm(self.matrix[:3, :3], axis=0)

    def moved(self, transform: ArrayLike) -> "Image":
        """The same voxels elsewhere: `transform` is 4x4, from LPS to LPS mm."""
        return Image(self.voxels, np.asarray(transform, dtype=np.float64) @ self.matrix)

    def at(self, points: torch.Tensor) -> torch.Tensor:
        """Trilinear values at `points`, shape (..., 3) mm; zero outside the grid."""
        return _interpolated(self.voxels[None], self._unit_grid(points))[0].reshape(points.shape[:-1])

    def inside(self, points: torch.Tensor, margin: float = 0.5) -> torch.Tensor:
        """True where `points`, shape (..., 3) mm, lie in the grid or at most `margin` voxels beyond."""
        index = self._index(points)
        last = torch.tensor(self.voxels.shape, device=points.device) - 1
        return ((index >= -margin) & (index <= last + margin)).all(dim=-1)

    def gradient_at(self, points: torch.Tensor) -> torch.Tensor:
        """Central differences of half a voxel, value per mm, at `points`; shape (..., 3)."""
        steps = self.spacing.max() / 2 * torch.eye(3, device=points.device)
        return torch.stack([self.at(points + s) - self.at(points - s) for s in steps], dim=-1) / (
            2 * self.spacing.max() / 2
        )

    def smoothed(self, sigma_mm: float) -> "Image":
        """Gaussian blur of `sigma_mm` along every axis; no blur below a fifth of a voxel."""
        voxels = self.voxels[None, None]
        for axis, sigma in enumerate(sigma_mm / self.spacing):
            if sigma >= 0.2:
                voxels = _blurred(voxels, axis, float(sigma))
        return Image(voxels[0, 0], self.matrix)

    def on_grid(self, shape: tuple[int, int, int], matrix: ArrayLike) -> "Image":
        """Trilinear samples on another grid whose voxel-to-LPS matrix is `matrix`."""
        matrix = np.asarray(matrix, dtype=np.float64)
        points = grid_points(shape, matrix, self.voxels.device)
        return Image(self.at(points), matrix)

    def shrunk(self, spacing_mm: float) -> "Image":
        """Blurred and resampled along its own axes to about `spacing_mm`, never finer than it is."""
        step = np.maximum(spacing_mm / self.spacing, 1.0)
        shape = tuple(int(np.ceil((n - 1) / s)) + 1 for n, s in zip(self.voxels.shape, step, strict=True))
        matrix = self.matrix @ np.diag([*step, 1.0])
        return self.smoothed(spacing_mm / 2).on_grid(shape, matrix)  # type: ignore[arg-type]

    def _index(self, points: torch.Tensor) -> torch.Tensor:
        inverse = torch.as_tensor(np.linalg.inv(self.matrix), dtype=points.dtype, device=points.device)
        return points @ inverse[:3, :3].T + inverse[:3, 3]

    def _unit_grid(self, points: torch.Tensor) -> torch.Tensor:
        size = torch.tensor(self.voxels.shape, dtype=points.dtype, device=points.device)
        return (2 * self._index(points) / (size - 1).clamp_min(1) - 1).flip(-1).reshape(1, 1, 1, -1, 3)


def grid_points(
    shape: tuple[int, int, int], matrix: NDArray[np.float64], device: str | torch.device = "cpu"
) -> torch.Tensor:
    """Positions, mm, of all voxels of a grid, shape (I, J, K, 3)."""
    place = torch.as_tensor(matrix, dtype=torch.float32, device=device)
    axes = [torch.arange(n, device=device, dtype=torch.float32) for n in shape]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1) @ place[:3, :3].T + place[:3, 3]


def _interpolated(channels: torch.Tensor, grid: torch.Tensor) -> torch.Tensor:
    sampled = F.grid_sample(channels[None], grid, align_corners=True, padding_mode="zeros")
    return sampled.reshape(len(channels), -1)


def _blurred(voxels: torch.Tensor, axis: int, sigma: float) -> torch.Tensor:
    radius = int(np.ceil(3 * sigma))
    offsets = torch.arange(-radius, radius + 1, device=voxels.device, dtype=voxels.dtype)
    kernel = torch.exp(-(offsets**2) / (2 * sigma**2))
    shape = [1, 1, 1, 1, 1]
    shape[2 + axis] = len(kernel)
    padding = [0, 0, 0]
    padding[axis] = radius
    weight = F.conv3d(torch.ones_like(voxels), (kernel / kernel.sum()).view(shape), padding=padding)
    return F.conv3d(voxels, (kernel / kernel.sum()).view(shape), padding=padding) / weight
