"""One thread for torch, the synthetic object, and real skulls with their landmarks."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))

from craniomark.engine.image import Image
from craniomark.ground.specimens import label_centroids
from craniomark.ground.volumes import Volume, read_volume

torch.set_num_threads(1)


@dataclass(frozen=True, eq=False)
class Skull:
    """A real CT and its true landmarks, LPS mm, shape (L, 3)."""

    volume: Volume
    points: np.ndarray

    @property
    def bright_image(self) -> Image:
        """The CT with bone at about 1."""
        image = Image.of(self.volume)
        return image.scaled(1 / float(np.percentile(self.volume.array[self.volume.array > 20], 90)))


@pytest.fixture(scope="session")
def skulls(mouse_ct_folder: Path) -> list[Skull]:
    """Five real skulls, in order of their names."""
    marked = sorted(mouse_ct_folder.glob("*-LM.nii.gz"))[::2]
    if len(marked) < 5:
        pytest.skip(f"fewer than five landmarked CTs in {mouse_ct_folder}")
    return [
        Skull(read_volume(str(path).replace("-LM", "")), label_centroids(read_volume(path), path).points)
        for path in marked[:5]
    ]
