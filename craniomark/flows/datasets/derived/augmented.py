"""One specimen under a drawn transform: image, mask and landmarks alike."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.pipeline.working import air_of
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.specimens import Specimen, read_truth
from craniomark.ground.specimens.scan import read_scan
from craniomark.ground.volumes import Volume, read_volume
from craniomark.parts.augment.ranges import Recipe
from craniomark.parts.augment.recipes import RECIPES, recipe_from
from craniomark.parts.augment.sample import sample
from craniomark.parts.augment.transform import Transform, apply

_BRIGHT = 99.5


@dataclass(frozen=True, eq=False)
class Subject:
    """A specimen in memory: air 0 and bone about 1; `air` and `bone` lead back."""

    voxels: torch.Tensor
    volume: Volume
    mask: Volume | None
    truth: LandmarkSet | None
    air: float
    bone: float


@dataclass(frozen=True, eq=False)
class Sample:
    """An augmented specimen, in the numbers of its scan, and the transform that made it."""

    image: Volume
    mask: Volume | None
    truth: LandmarkSet | None
    transform: Transform


def read_subject(specimen: Specimen) -> Subject:
    """Read a specimen with its mask and landmarks; a mesh is filled with voxels.

    Raises
    ------
    InputError
        If a file is not sound, or the mask has another grid than the scan.
    """
    volume = read_scan(specimen)
    air = air_of(volume).level
    array = volume.array.astype(np.float32) - np.float32(air)
    bone = float(np.percentile(array[::3, ::3, ::3], _BRIGHT)) or 1.0
    mask = read_volume(specimen.mask, spacing=specimen.spacing) if specimen.mask else None
    if mask is not None and (
        mask.shape != volume.shape or not np.allclose(mask.matrix, volume.matrix, atol=1e-3)
    ):
        remedy = "see craniomark data check"
        raise InputError(specimen.mask or "", "grid", "not that of its scan", remedy)
    truth = read_truth(specimen) if specimen.landmarks else None
    return Subject(torch.from_numpy(array / bone), volume, mask, truth, air, bone)


def drawn_sample(subject: Subject, recipe: Recipe, seed: Sequence[int]) -> Sample:
    """A sample: a function of the seed alone."""
    matrix = subject.volume.matrix
    transform = sample(recipe, subject.volume.shape, matrix, np.random.default_rng(list(seed)))
    labels = None
    if subject.mask is not None:
        labels = torch.from_numpy(subject.mask.array.astype(np.float32))
    points = None if subject.truth is None else subject.truth.points
    found = apply(transform, subject.voxels, labels, points)
    image = _as(subject.volume.array.dtype, found.image.numpy() * subject.bone + subject.air)
    known = subject.volume.left_right_known
    mask = truth = None
    if subject.mask is not None and found.mask is not None:
        mask = Volume(_as(subject.mask.array.dtype, found.mask.numpy()), found.grid.array, known)
    if subject.truth is not None and found.points is not None:
        truth = LandmarkSet(subject.truth.labels, found.points)
    return Sample(Volume(image, found.grid.array, known), mask, truth, transform)


def recipe_named(name: str, voxel: float) -> Recipe:
    """A recipe by its name, for voxels of some size, or from a JSON file.

    Raises
    ------
    InputError
        If there is no such recipe, or the file holds none.
    """
    if name in RECIPES:
        return RECIPES[name](voxel)
    path = Path(name)
    if not path.is_file():
        raise InputError(name, "recipe", "unknown", f"give one of {', '.join(RECIPES)}, or a JSON file")
    try:
        return recipe_from(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(path, "recipe", f"not readable ({error})", "see Augmentation in the docs") from error


def _as(dtype: np.dtype, values: NDArray[np.floating]) -> NDArray[np.generic]:
    """Numbers of a scan's own type, rounded and within its range where it has whole ones."""
    if dtype.kind not in "iu":
        return values.astype(np.float32)
    limits = np.iinfo(dtype)
    return np.rint(values).clip(limits.min, limits.max).astype(dtype)
