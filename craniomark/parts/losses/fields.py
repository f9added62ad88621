"""How rough a field is, and whether it folds.

Fields have the shape (B, D, *grid) in steps of their own grid along their own axes, D = 2 or 3; displacements
for the Jacobian's terms, displacements or velocities for the others. Diffusion and bending are the numbers of
MONAI's losses, whose way of indexing warns at each call and which torch has announced to read otherwise.
"""

from itertools import combinations

import torch


def diffusion(field: torch.Tensor) -> torch.Tensor:
    """Mean squared slope inside the grid, by central differences; edges of at least 3 voxels."""
    axes = range(2, field.ndim)
    slopes = torch.stack([_inner(_central(field, axis), [axis]) for axis in axes])
    return slopes.square().sum(0).mean()


def bending(field: torch.Tensor) -> torch.Tensor:
    """Mean squared second derivative inside the grid: affine fields are free; edges of at least 3 voxels."""
    axes = range(2, field.ndim)
    energy = sum(_inner(field.diff(n=2, dim=axis), [axis]).square() for axis in axes)
    for one, two in combinations(axes, 2):
        energy = energy + 2 * _inner(_central(_central(field, one), two), [one, two]).square()
    return torch.as_tensor(energy).mean()


def _central(field: torch.Tensor, axis: int) -> torch.Tensor:
    length = field.shape[axis]
    if length < 3:
        raise ValueError(f"the grid is {tuple(field.shape[2:])}: give edges of at least 3")
    return (field.narrow(axis, 2, length - 2) - field.narrow(axis, 0, length - 2)) / 2


def _inner(values: torch.Tensor, done: list[int]) -> torch.Tensor:
    """Without the border along the axes that have not lost it."""
    for axis in range(2, values.ndim):
        if axis not in done:
            values = values.narrow(axis, 1, values.shape[axis] - 2)
    return values


def jacobian_determinants(displacement: torch.Tensor) -> torch.Tensor:
    """Volume of the unit cell at each voxel after ``x + u(x)``, shape (B, *(grid - 1)), by differences."""
    dims = displacement.shape[1]
    cells = [n - 1 for n in displacement.shape[2:]]
    sides = []
    for axis in range(dims):
        slope = displacement.diff(dim=axis + 2)
        for other, length in enumerate(cells):
            slope = slope.narrow(other + 2, 0, length)
        unit = torch.zeros(dims, dtype=slope.dtype, device=slope.device)
        unit[axis] = 1
        sides.append(slope + unit.view(1, dims, *[1] * dims))
    matrix = torch.stack(sides, -1).movedim(1, -2)
    return _determinant(matrix)


def folding_share(displacement: torch.Tensor) -> torch.Tensor:
    """Share of the cells that are turned inside out, 0 to 1; no slope."""
    return (jacobian_determinants(displacement) <= 0).to(displacement.dtype).mean()


def jacobian_loss(displacement: torch.Tensor, least: float = 0.0) -> torch.Tensor:
    """Mean of how far determinants fall below `least`: 0 where nothing folds."""
    return (least - jacobian_determinants(displacement)).clamp_min(0).mean()


def _determinant(matrix: torch.Tensor) -> torch.Tensor:
    """Of small matrices, in closed form: many times faster than by decomposition."""
    if matrix.shape[-1] == 2:
        return matrix[..., 0, 0] * matrix[..., 1, 1] - matrix[..., 0, 1] * matrix[..., 1, 0]
    return (torch.linalg.cross(matrix[..., 0], matrix[..., 1]) * matrix[..., 2]).sum(-1)
