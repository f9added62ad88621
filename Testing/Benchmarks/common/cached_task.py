"""A training whose samples are dear: a bone mask learnt under the full section-defect recipe."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from craniomark.flows.pipeline.working import working_image
from craniomark.flows.training.task import Batch
from craniomark.ground.volumes import read_volume
from craniomark.parts.augment.ranges import WindowRange
from craniomark.parts.augment.recipes import section_defects
from craniomark.parts.augment.sample import sample
from craniomark.parts.augment.transform import apply

SPACING, EDGE, BATCH, SPECIMENS = 0.2, 64, 2, 3
BONE = 0.35


class BoneTask:
    """A small residual U-Net learns the bone of CTs that were made to look like damaged sections.

    Parameters
    ----------
    images : str
        File of `prepare`.
    """

    name = "bone"

    def __init__(self, images: str) -> None:
        from monai.networks.nets import UNet

        with np.load(images, allow_pickle=False) as kept:
            self._images = {name: torch.from_numpy(kept[name]) for name in sorted(kept)}
        torch.manual_seed(1)
        self.network: torch.nn.Module = UNet(3, 1, 1, (8, 16, 32), (2, 2), num_res_units=1)
        self._recipe = replace(section_defects(SPACING), window=WindowRange(1.0, shape=(EDGE,) * 3))

    def batch(self, seed: int, step: int) -> Batch:
        """Windows of specimens, each under a transform of its own."""
        rng = np.random.default_rng([seed, step])
        names = tuple(self._images)
        chosen = [names[i] for i in rng.integers(len(names), size=BATCH)]
        made = []
        for name in chosen:
            image = self._images[name]
            made.append(apply(sample(self._recipe, image.shape, SPACING, rng), image, image > BONE))
        tensors = {
            "images": torch.stack([one.image for one in made])[:, None],
            "masks": torch.stack([one.mask for one in made if one.mask is not None])[:, None],
        }
        return Batch(tensors, tuple(chosen))

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:  # noqa: ARG002 - same at each step
        """Cross-entropy of the bone."""
        answer = self.network(batch.tensors["images"])
        return {"bone": F.binary_cross_entropy_with_logits(answer, batch.tensors["masks"].float())}

    def validate(self) -> dict[str, float]:
        """Nothing: what is learnt is no matter here."""
        return {"none": 0.0}

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        """None."""
        return {}


def begun(images: str, mark: str) -> BoneTask:
    """The task, in a process that tells by a file that it has begun."""
    task = BoneTask(images)
    Path(mark).touch()
    return task


def prepare(known: Any, path: Path) -> Path:
    """Middle blocks of some CTs at `SPACING`, bone about 1, in one file."""
    if not path.exists():
        blocks = {}
        for one in known[:SPECIMENS]:
            voxels = working_image(read_volume(one.specimen.path)).shrunk(SPACING).voxels
            bright = float(torch.quantile(voxels[voxels > 0.2 * voxels.max()][:1_000_000], 0.7))
            start = [max(0, (n - 44) // 2) for n in voxels.shape]
            a, b, c = (slice(s, s + 44) for s in start)
            blocks[one.id] = (voxels[a, b, c] / bright).numpy().astype(np.float32)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **blocks)
    return path
