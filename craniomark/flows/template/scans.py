"""The landmarked scans that a template is made from."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.flows.datasets.hashing import file_sha256
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.specimens import (
    Specimen,
    check_same_frame,
    find_specimens,
    landmarked,
    read_scan,
    read_truth,
)
from craniomark.ground.volumes import Volume, check_extent

FEWEST = 4
EXTENT_MM = 2.0, 600.0  # from embryos to large mammals; beyond, the unit is wrong
_FEWEST_POINTS = 6


@dataclass(frozen=True, eq=False)
class Scan:
    """One landmarked CT, or surface filled with voxels.

    Attributes
    ----------
    specimen : Specimen
        Where it lies.
    volume : Volume
        As read; kept in its own data type, which is a quarter of a float's size for most CTs.
    points : ndarray, shape (L, 3)
        Landmarks, LPS mm, in the common order; NaN where missing.
    """

    specimen: Specimen
    volume: Volume
    points: NDArray[np.float64]

    def image(self) -> Image:
        """The scan as an image, converted anew at each call to save memory."""
        return working_image(self.volume)

    def sha256(self) -> str:
        """Checksum of the scan's file, or of its slices' checksums in order where it is a folder."""
        path = self.specimen.path
        if path.is_file():
            return file_sha256(path)
        slices = sorted(slice for slice in path.iterdir() if slice.is_file())
        return hashlib.sha256("".join(map(file_sha256, slices)).encode()).hexdigest()


def read_scans(inputs: Sequence[Path]) -> tuple[tuple[str, ...], list[Scan]]:
    """Labels and scans of a data set.

    A landmark belongs to the template if at least half of the specimens have it.

    Raises
    ------
    InputError
        If there are too few of them, CTs and surfaces are mixed, a specimen shares too few labels with the
        others, or landmarks lie off their surface.
    """
    where = inputs[0] if inputs else Path()
    specimens = landmarked(find_specimens(inputs), where)
    if len(specimens) < FEWEST:
        remedy = f"give at least {FEWEST} with landmarks beside them (ID-LM.nii.gz or ID.mrk.json)"
        raise InputError(where, "landmarked CTs or meshes", len(specimens), remedy)
    truths = {specimen.id: read_truth(specimen) for specimen in specimens}
    labels = common_labels(list(truths.values()))
    scans = []
    for specimen in specimens:
        truth = truths[specimen.id].ordered(labels)
        shared = int(truth.present.sum())
        if shared < max(_FEWEST_POINTS, 0.5 * len(labels)):
            remedy = "use the same labels in all specimens, or leave this one out"
            raise InputError(specimen.landmarks or where, "labels shared with the others", shared, remedy)
        volume = read_scan(specimen)
        check_extent(volume, specimen.path, *EXTENT_MM)
        check_same_frame(volume, truth, specimen)
        scans.append(Scan(specimen, volume, truth.points))
    return labels, scans


def common_labels(truths: Sequence[LandmarkSet]) -> tuple[str, ...]:
    """Labels that at least half of the specimens have, in the order of the first that has most."""
    counts = Counter(label for t in truths for label, here in zip(t.labels, t.present, strict=True) if here)
    order = [label for t in sorted(truths, key=len, reverse=True) for label in t.labels]
    return tuple(label for label in dict.fromkeys(order) if counts[label] >= 0.5 * len(truths))
