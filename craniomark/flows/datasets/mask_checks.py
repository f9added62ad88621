"""Does a mask belong to its image?"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.datasets.findings import Finding
from craniomark.ground.checks import InputError, limits
from craniomark.ground.specimens import Specimen
from craniomark.ground.volumes import Volume, read_volume

Array = NDArray[np.float64]
_OFF_VOXELS = 0.2
_FULL = 0.98
_FOREIGN = 0.75
"""Times the usual agreement of masks with what is bright; less is a mask of something else."""
_FEWEST = 3


@dataclass(frozen=True)
class MaskSeen:
    """A mask in brief.

    Attributes
    ----------
    faults : tuple of str
        What is wrong with it by itself.
    agreement : float
        Dice coefficient of the mask and the bright voxels of its image; NaN where they can't be compared.
    """

    faults: tuple[str, ...]
    agreement: float = float("nan")


def mask_seen(specimen: Specimen, volume: Volume, threshold: float) -> MaskSeen:
    """Read the mask of a specimen and hold it to its scan, whose bone is brighter than `threshold`."""
    assert specimen.mask is not None
    try:
        mask = read_volume(specimen.mask, spacing=specimen.spacing)
    except InputError as error:
        if error.field == "contrast":
            return MaskSeen(("its mask is the same everywhere: empty, or all of the image",))
        return MaskSeen((f"mask: {str(error).rstrip('.')}",))
    faults = [*_place_faults(mask, volume), *_value_faults(mask)]
    if faults:
        return MaskSeen(tuple(faults))
    steps = tuple(slice(None, None, max(1, n // 96)) for n in volume.shape)
    inside = mask.array[steps].astype(np.float32) > 0
    bright = volume.array[steps].astype(np.float32) >= threshold
    total = int(inside.sum()) + int(bright.sum())
    return MaskSeen((), 2 * int((inside & bright).sum()) / total if total else float("nan"))


def mask_findings(masks: Mapping[str, MaskSeen]) -> list[Finding]:
    """What is wrong with the masks of a data set, each by itself and against the others."""
    found = [Finding(name, "problem", fault) for name, mask in masks.items() for fault in mask.faults]
    agreements = {name: mask.agreement for name, mask in masks.items() if np.isfinite(mask.agreement)}
    if len(agreements) < _FEWEST:
        return found
    usual = median(agreements.values())
    for name, value in agreements.items():
        if value < _FOREIGN * usual:
            what = f"its mask follows the image less than others do (Dice with what is bright {value:.2f}"
            found.append(Finding(name, "problem", f"{what}, usually {usual:.2f}): is it another's?"))
    return found


def _place_faults(mask: Volume, volume: Volume) -> list[str]:
    if mask.shape != volume.shape:
        told = (" x ".join(map(str, one.shape)) for one in (mask, volume))
        return ["its mask has {} voxels, the image {}".format(*told)]
    ends = np.array(volume.shape) - 1.0
    corners = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)]) * ends
    off = float(np.linalg.norm(mask.to_lps(corners) - volume.to_lps(corners), axis=1).max())
    if off > _OFF_VOXELS * float(volume.spacing.min()):
        return [f"its mask lies elsewhere: a corner is {off:.3g} mm from that of the image"]
    return []


def _value_faults(mask: Volume) -> list[str]:
    values = np.unique(mask.array)
    if len(values) > limits.MOST_LABELS or not np.array_equal(values, np.rint(values)) or values.min() < 0:
        return ["its mask holds no labels but a range of values: is it a scan?"]
    share = float(np.count_nonzero(mask.array)) / mask.array.size
    return ["its mask covers all of the image"] if share > _FULL else []
