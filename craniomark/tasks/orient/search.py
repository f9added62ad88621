"""Search over all rotations: correlation with the rotated template at every shift, by FFT."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image, grid_points
from craniomark.engine.optimise import Poses

GRID = 32
"""Edge of the search grid, voxels."""
_BATCH = 128


@dataclass(frozen=True, eq=False)
class SearchGrid:
    """The specimen on a small cubic grid, ready for correlation.

    Attributes
    ----------
    image : Image
        Cubic grid of `GRID` voxels a side.
    spectrum : Tensor
        Its real FFT after the mean was taken away.
    """

    image: Image
    spectrum: torch.Tensor


def search_grid(image: Image, spacing: float) -> SearchGrid:
    """Cubic grid around the bright part of an image.

    Parameters
    ----------
    image : Image
        Specimen at about `spacing`, blurred accordingly.
    spacing : float
        Voxel size of the grid, mm.
    """
    matrix = np.diag([spacing, spacing, spacing, 1.0])
    matrix[:3, 3] = _bright_centre(image) - spacing * (GRID - 1) / 2
    cubic = image.on_grid((GRID, GRID, GRID), matrix)
    seen = image.inside(grid_points(cubic.shape, matrix, image.voxels.device))
    mean = cubic.voxels[seen].mean() if bool(seen.any()) else cubic.voxels.mean()
    centred = torch.where(seen, cubic.voxels - mean, 0.0)
    return SearchGrid(cubic, torch.fft.rfftn(centred / centred.square().sum().sqrt().clamp_min(1e-9)))


def search_rotations(
    grid: SearchGrid,
    template: Image,
    centre: NDArray[np.float64],
    radius: float,
    rotations: NDArray[np.float64],
    told: Callable[[float], None] = lambda _: None,
) -> Poses:
    """Best shift and score of the template under each rotation.

    Parameters
    ----------
    grid : SearchGrid
        The specimen.
    template : Image
        Blurred to the grid's spacing.
    centre : ndarray, shape (3,)
        Centre of rotation in the template, mm.
    radius : float
        Of the ball about `centre` that holds the template, mm.
    rotations : ndarray, shape (R, 3, 3)
        Template to specimen.
    told : callable
        Hears the fraction that is done; may raise to cancel.
    """
    device = grid.image.voxels.device
    turns = torch.as_tensor(rotations, dtype=torch.float32, device=device)
    ball, offsets = _ball(float(grid.image.spacing[0]), radius, device)
    middle = torch.as_tensor(centre, dtype=torch.float32, device=device)
    scores: list[torch.Tensor] = []
    shifts = []
    for batch in turns.split(_BATCH):
        told(len(scores) * _BATCH / len(turns))
        values = template.at(offsets @ batch + middle)  # row vectors: offset @ R is R^T offset
        values = values - values.mean(1, keepdim=True)
        values = values / values.square().sum(1, keepdim=True).sqrt().clamp_min(1e-9)
        cubes = torch.zeros(len(batch), GRID**3, device=device)
        cubes[:, ball] = values
        spectra = torch.fft.rfftn(cubes.view(-1, GRID, GRID, GRID), dim=(1, 2, 3))
        maps = torch.fft.irfftn(grid.spectrum * spectra.conj(), s=(GRID,) * 3, dim=(1, 2, 3))
        best = maps.flatten(1).max(1)
        scores.append(best.values)
        shifts.append(best.indices)
    return Poses(turns, _shift_to_offset(torch.cat(shifts), grid.image), torch.cat(scores))


def distinct(poses: Poses, count: int, apart_degrees: float) -> Poses:
    """The best poses whose rotations differ by at least `apart_degrees` from every better one."""
    kept: list[int] = []
    unit = poses.linear / torch.linalg.det(poses.linear).abs().pow(1 / 3)[:, None, None]
    limit = 1 + 2 * np.cos(np.radians(apart_degrees))
    for row in poses.score.argsort(descending=True).tolist():
        traces = [float((unit[row] * unit[other]).sum()) for other in kept]
        if all(trace < limit for trace in traces):
            kept.append(row)
        if len(kept) == count:
            break
    return Poses(poses.linear[kept], poses.offset[kept], poses.score[kept])


def _bright_centre(image: Image) -> NDArray[np.float64]:
    """Centre of gravity of the brightest 3 % of the voxels, LPS mm."""
    voxels = image.voxels
    count = max(int(0.03 * voxels.numel()), 1)
    index = torch.topk(voxels.flatten(), count).indices.cpu().numpy()
    middle = np.stack(np.unravel_index(index, image.shape), -1).mean(0)
    return image.matrix[:3, :3] @ middle + image.matrix[:3, 3]


def _ball(spacing: float, radius: float, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Flat indices and offsets, mm, of the grid voxels within `radius` of voxel GRID // 2."""
    points = grid_points((GRID,) * 3, np.diag([spacing, spacing, spacing, 1.0]), device)
    offsets = (points - spacing * (GRID // 2)).reshape(-1, 3)
    rows = (offsets.square().sum(-1) <= radius**2).nonzero()[:, 0]
    return rows, offsets[rows]


def _shift_to_offset(flat: torch.Tensor, image: Image) -> torch.Tensor:
    """Where voxel GRID // 2 of the template's cube lands in the specimen, mm."""
    index = torch.stack([flat // GRID**2, flat // GRID % GRID, flat % GRID], -1)
    index = (index + GRID // 2) % GRID
    place = torch.as_tensor(image.matrix, dtype=torch.float32, device=flat.device)
    return index.float() @ place[:3, :3].T + place[:3, 3]
