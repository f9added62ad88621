"""Patches of scans with their masks, changed as scans and stacks of sections go wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.parts.augment.intensity import IntensityRange
from craniomark.parts.augment.ranges import (
    DefectRange,
    ElasticRange,
    LooksRange,
    MirrorRange,
    Recipe,
    RotationRange,
    SlipRange,
)
from craniomark.parts.augment.sample import sample
from craniomark.parts.augment.sections import SectionMoves
from craniomark.parts.augment.transform import Transform, apply
from craniomark.tasks.segment.targets import signed_tanh

Sampling = Literal["ratio", "probability"]
_DENSE = 8
"""Voxels of the edge of the blocks whose share of bone tells the probability of a patch."""


def learnt_defects() -> Recipe:
    """What a network learns from: sections that are missing, faint or out of place; brightness; deformation.

    Folds, dirt, blur, noise, shading and coarse voxels are left out, so that they tell what it makes of
    faults that it has never seen.
    """
    return Recipe(
        sections=2,
        mirror=MirrorRange(0.5, 0.5),
        rotation=RotationRange(0.02, 15.0),
        gaussian=ElasticRange(0.02, 0.1, 0.8),
        slips=SlipRange(slip=0.01, shift=0.01, misaligned=0.05, off=0.25, jitter=0.06),
        defects=DefectRange(missing=0.06, low_contrast=0.06, contrast=0.6, fill="either"),
        looks=LooksRange(0.08, IntensityRange(gain=0.5, gamma=0.1), 0.03, "mixed"),
    )


@dataclass(frozen=True)
class SampleSettings:
    """What a batch is made of.

    Attributes
    ----------
    batch : int
        Patches in a step.
    patch : int
        Edge of a patch, voxels.
    margin : int
        Voxels around it that are changed with it and cut off, as changes that move need them.
    sampling : {"ratio", "probability"}
        Where patches lie: a share of them about a voxel of bone and the others anywhere, or each place
        with a probability that grows with the bone around it.
    foreground : float
        That share; or how much of the probability follows the bone.
    width : float
        Of the hyperbolic tangent of distances, mm.
    recipe : Recipe
        How patches are changed. Its axis across the sections is drawn for each patch.
    """

    batch: int = 4
    patch: int = 40
    margin: int = 4
    sampling: Sampling = "ratio"
    foreground: float = 0.7
    width: float = 0.25
    recipe: Recipe = field(default_factory=learnt_defects)

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise ValueError(f"batch is {self.batch}: give at least 1")
        if self.patch < 8:
            raise ValueError(f"patch is {self.patch}: give at least 8 voxels")
        if not 0 <= self.margin <= 64:
            raise ValueError(f"margin is {self.margin}: give 0 to 64 voxels")
        if self.sampling not in ("ratio", "probability"):
            raise ValueError(f"sampling is {self.sampling!r}: give ratio or probability")
        if not 0 <= self.foreground <= 1:
            raise ValueError(f"foreground is {self.foreground}: give a share from 0 to 1")
        if not self.width > 0:
            raise ValueError(f"width is {self.width}: give mm above 0")


@dataclass(frozen=True, eq=False)
class Specimen:
    """A scan to learn from.

    Attributes
    ----------
    id : str
        Its name.
    voxels : ndarray, shape (I, J, K)
        Values of any type, perhaps mapped from disk.
    mask : ndarray of bool, shape (I, J, K)
        Bone.
    spacing : ndarray, shape (3,)
        mm.
    dark, bright : float
        Values that become brightness 0 and 1.
    """

    id: str
    voxels: NDArray[np.generic]
    mask: NDArray[np.bool_]
    spacing: NDArray[np.float64]
    dark: float
    bright: float


class Samples:
    """Batches, each a function of seed and step.

    Parameters
    ----------
    specimens : sequence of Specimen
        What patches are cut from.
    settings : SampleSettings
        How.
    """

    def __init__(self, specimens: Sequence[Specimen], settings: SampleSettings) -> None:
        self.settings, self._specimens = settings, specimens
        self._dense = [_density(one.mask) for one in specimens]

    def draw(self, seed: int, step: int) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
        """Images, masks and distances, each (B, 1, P, P, P), and the names of their specimens."""
        rng = np.random.default_rng([seed, step])
        drawn = [self._one(rng) for _ in range(self.settings.batch)]
        tensors = {key: torch.stack([one[key] for _, one in drawn]) for key in drawn[0][1]}
        return tensors, tuple(name for name, _ in drawn)

    def _one(self, rng: np.random.Generator) -> tuple[str, dict[str, torch.Tensor]]:
        number = int(rng.integers(len(self._specimens)))
        specimen, settings = self._specimens[number], self.settings
        edge = settings.patch + 2 * settings.margin
        middle = self.place(number, rng)
        image, mask = cut(specimen, middle - edge // 2, edge)
        recipe = settings.recipe
        if recipe.sections >= 0:
            recipe = _turned(recipe, int(rng.integers(3)))
        transform = whole_voxels(sample(recipe, image.shape, specimen.spacing, rng))
        found = apply(transform, image, mask, mask_mode="linear")
        assert found.mask is not None
        inner = tuple(slice((n - settings.patch) // 2, (n + settings.patch) // 2) for n in found.image.shape)
        seen, bone = found.image[inner], found.mask[inner]
        distance = signed_tanh(bone.numpy() > 0, tuple(found.grid.spacing), settings.width)
        return specimen.id, {
            "images": seen[None], "masks": (bone > 0)[None].to(torch.uint8),
            "distances": torch.from_numpy(distance)[None],
        }  # fmt: skip

    def place(self, number: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Middle voxel of a patch of a specimen."""
        settings, mask = self.settings, self._specimens[number].mask
        shape = np.array(mask.shape)
        if settings.sampling == "ratio":
            if rng.random() >= settings.foreground:
                return np.asarray(rng.integers(0, shape))
            block = rng.choice(self._dense[number].size, p=_shares(self._dense[number]))
        else:
            even = 1 / self._dense[number].size
            chance = settings.foreground * _shares(self._dense[number]) + (1 - settings.foreground) * even
            block = rng.choice(self._dense[number].size, p=chance)
        start = np.array(np.unravel_index(block, self._dense[number].shape)) * _DENSE
        return np.asarray(np.minimum(start + rng.integers(0, _DENSE, 3), shape - 1))


def cut(specimen: Specimen, start: NDArray[np.integer], edge: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A cube of brightness and of mask, float32 and bool; air beyond the scan."""
    image = np.zeros((edge,) * 3, dtype=np.float32)
    mask = np.zeros((edge,) * 3, dtype=bool)
    shape = np.array(specimen.voxels.shape)
    first, last = np.clip(start, 0, shape), np.clip(start + edge, 0, shape)
    there = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
    here = tuple(slice(a, b) for a, b in zip(first - start, last - start, strict=True))
    image[here] = (specimen.voxels[there].astype(np.float32) - specimen.dark) / (
        specimen.bright - specimen.dark
    )
    mask[here] = specimen.mask[there]
    return torch.from_numpy(image), torch.from_numpy(mask)


def whole_voxels(transform: Transform) -> Transform:
    """The same with sections out of place by whole voxels, as each was scanned by itself: none is blurred."""
    steps = []
    for step in transform.steps:
        if isinstance(step, SectionMoves):
            spacing = [size for axis, size in enumerate(transform.grid.spacing) if axis != step.axis]
            shifts = np.rint(np.array(step.shifts) / spacing) * spacing
            step = replace(step, shifts=tuple((float(one), float(two)) for one, two in shifts))
        steps.append(step)
    return replace(transform, steps=tuple(steps))


def _turned(recipe: Recipe, axis: int) -> Recipe:
    return replace(recipe, sections=axis)


def _density(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of bone in blocks of voxels."""
    blocks = [np.add.reduceat(mask, np.arange(0, mask.shape[0], _DENSE), axis=0, dtype=np.int64)]
    for axis in (1, 2):
        blocks.append(np.add.reduceat(blocks[-1], np.arange(0, mask.shape[axis], _DENSE), axis=axis))
    return blocks[-1].astype(np.float64)


def _shares(dense: NDArray[np.float64]) -> NDArray[np.float64]:
    total = dense.sum()
    return (dense / total if total else np.full(dense.shape, 1 / dense.size)).ravel()
