"""What the surroundings of each landmark look like, per stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.engine.patchmatch import Stage, gaussian_window, patches
from craniomark.engine.patchmatch.windows import normalised

_ALONG = 1.5  # standard deviations along an appearance mode


@dataclass(frozen=True, eq=False)
class Appearance:
    """Patches about each landmark.

    Attributes
    ----------
    templates : mapping of str to Tensor, shape (L, A, n, n, n)
        By name of the stage; A is 1 for the template's own, else the number of atlases.
    """

    templates: Mapping[str, torch.Tensor]

    def to(self, device: str | torch.device) -> "Appearance":
        """The same on another device, as float32."""
        return Appearance({k: v.to(device=device, dtype=torch.float32) for k, v in self.templates.items()})


def prepared(image: Image, stage: Stage) -> Image:
    """An image at the resolution of a stage."""
    return image.shrunk(stage.spacing / 2).smoothed(stage.blur)


def atlas_appearance(examples: Sequence[Example], stages: Sequence[Stage]) -> Appearance:
    """Patches of every example: nothing is averaged.

    A landmark that an example lacks is given the mean of the others' patches.
    """
    return Appearance({stage.name: _example_patches(examples, stage) for stage in stages})


def mean_appearance(examples: Sequence[Example], stages: Sequence[Stage]) -> Appearance:
    """Mean patch of each landmark over the examples, no single specimen's left in it."""
    return mean_of(atlas_appearance(examples, stages))


def mean_of(appearance: Appearance) -> Appearance:
    """The mean over the atlases of each landmark and stage."""
    return Appearance({name: t.mean(1, keepdim=True) for name, t in appearance.templates.items()})


def modes_of(appearance: Appearance, count: int) -> Appearance:
    """Principal modes of each landmark's patches, one standard deviation long; shape (L, count, n, n, n).

    Parameters
    ----------
    appearance : Appearance
        Patches of several atlases.
    count : int
        Modes per landmark; at most one less than there are atlases.
    """
    return Appearance({name: _principal(t, count) for name, t in appearance.templates.items()})


def mode_name(stage: str) -> str:
    """Under which a bundle stores the appearance modes of a stage."""
    return f"{stage}.modes"


def with_variations(mean: Appearance, modes: Appearance | None) -> Appearance:
    """The mean patches' neighbours, and the mean moved along each appearance mode to either side."""
    varied = dict(with_neighbours(mean).templates)
    for name, mode in (modes.templates if modes else {}).items():
        middle = mean.templates[name]
        varied[name] = torch.cat([varied[name], middle - _ALONG * mode, middle + _ALONG * mode], 1)
    return Appearance(varied)


def _principal(patches: torch.Tensor, count: int) -> torch.Tensor:
    atlases = patches.shape[1]
    centred = (patches - patches.mean(1, keepdim=True)).flatten(2)
    _, sizes, directions = torch.linalg.svd(centred, full_matrices=False)
    kept = min(count, atlases - 1)
    scaled = directions[:, :kept] * sizes[:, :kept, None] / (atlases - 1) ** 0.5
    return scaled.reshape(len(patches), kept, *patches.shape[2:])


def with_neighbours(appearance: Appearance) -> Appearance:
    """Mean patches together with six copies shifted by about a voxel to either side of each axis.

    The shifts cancel in the average over templates, but each copy weighs the edges differently:
    as opinions they agree on the true place more closely than the mean patch alone finds it.

    Parameters
    ----------
    appearance : Appearance
        With one template per landmark and stage.
    """
    return Appearance({name: _shifted_copies(patch) for name, patch in appearance.templates.items()})


def _shifted_copies(templates: torch.Tensor) -> torch.Tensor:
    copies = [templates]
    for axis in (-3, -2, -1):
        slope = (torch.roll(templates, -1, axis) - torch.roll(templates, 1, axis)) / 2
        copies += [templates - slope, templates + slope]
    return torch.cat(copies, 1)


def _example_patches(examples: Sequence[Example], stage: Stage) -> torch.Tensor:
    window = gaussian_window(stage.size, stage.spacing, max(stage.sigmas))
    columns = []
    for example in examples:
        image, centres = prepared(example.image, stage), np.nan_to_num(example.points)
        found = patches(image, centres, stage.size, stage.spacing)
        missing = torch.from_numpy(~np.isfinite(example.points).all(1)).to(found.device)
        unit = normalised(found, window.to(found.device))
        columns.append(torch.where(missing[:, None, None, None], torch.nan, unit))
    stacked = torch.stack(columns, 1)
    return torch.where(stacked.isnan(), stacked.nanmean(1, keepdim=True), stacked).nan_to_num()
