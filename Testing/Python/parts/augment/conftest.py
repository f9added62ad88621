"""What tests of augmentation share: smooth images, grids and points within."""

import numpy as np
import pytest
import torch

from craniomark.parts.augment.grid import Grid

torch.set_num_threads(1)
MATRIX = np.array([[0.5, 0, 0, -3], [0, -0.6, 0, 4], [0, 0, 0.9, 100], [0, 0, 0, 1]])


def smooth_picture(shape: tuple[int, ...], seed: int = 3) -> torch.Tensor:
    """Return an image of a few waves, all of them much longer than a voxel."""
    rng = np.random.default_rng(seed)
    places = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), -1)
    waves = rng.normal(0, 0.15, (6, len(shape)))
    image = np.sin(places @ waves.T + rng.uniform(0, 6, 6)).mean(-1) + 1
    return torch.from_numpy(image.astype(np.float32))


@pytest.fixture
def volume_grid() -> Grid:
    """Return a grid with unequal axes, spacings and one axis against LPS."""
    return Grid.of((20, 18, 12), MATRIX)


@pytest.fixture
def volume(volume_grid: Grid) -> torch.Tensor:
    """Return a smooth volume on it."""
    return smooth_picture(volume_grid.shape)


@pytest.fixture
def points(volume_grid: Grid) -> np.ndarray:
    """Return points well within it, mm."""
    share = np.random.default_rng(4).uniform(0.3, 0.7, (12, 3))
    return volume_grid.to_mm(share * (np.array(volume_grid.shape) - 1))
