"""One landmarked CT in the form that training reads: air 0, small numbers, mapped from disk."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.flows.pipeline.working import working_image
from craniomark.flows.template.scans import EXTENT_MM, Scan
from craniomark.flows.training.cache import Cache, Entry
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.meshes.solid import BLUR_MM, SPACING_MM
from craniomark.ground.specimens import Specimen, check_same_frame, read_scan, read_truth
from craniomark.ground.volumes import Volume, check_extent

FILLED = {"spacing": SPACING_MM, "blur": BLUR_MM}
"""How surfaces become voxels, on which entries of the cache depend."""


@dataclass(frozen=True, eq=False)
class PreparedScan(Scan):
    """A scan whose voxels lie in the cache.

    Attributes
    ----------
    gain : float
        From the kept numbers to brightness.
    sums : tuple of str
        SHA-256 of scan and landmarks.
    """

    gain: float = 1.0
    sums: tuple[str, str] = ("", "")

    def image(self) -> Image:
        """The scan as an image, read anew at each call to save memory."""
        image = Image.of(self.volume)
        return image if self.gain == 1.0 else image.scaled(self.gain)

    def sha256(self) -> str:
        """Checksum of the scan's file or folder."""
        return self.sums[0]


def prepared_landmarks(specimen: Specimen, cache: Cache) -> LandmarkSet:
    """Landmarks of a specimen, LPS mm, from the cache where they are there."""
    assert specimen.landmarks is not None
    parts = {"landmarks": _sha256(specimen, cache)[1], "spacing": specimen.spacing}
    kept = cache.entry("landmarks", parts, lambda: _landmarks(specimen))
    labels = tuple(str(label) for label in kept.notes["labels"])
    return LandmarkSet(labels, np.array(kept.array))


def prepared_scan(
    specimen: Specimen, points: NDArray[np.float64], spacing: float, cache: Cache
) -> PreparedScan:
    """A scan averaged to about `spacing`, from the cache where it is there.

    Parameters
    ----------
    specimen : Specimen
        Its scan is read only where the cache lacks it.
    points : ndarray, shape (L, 3)
        Its landmarks, LPS mm.
    spacing : float
        Voxels, mm; 0: as fine as predictions take them.
    cache : Cache
        Where it is kept.

    Raises
    ------
    InputError
        If the scan isn't sound.
    """
    sums = _sha256(specimen, cache)
    parts: dict[str, Any] = {"scan": sums[0], "file_spacing": specimen.spacing, "spacing": spacing}
    if specimen.kind == "surface":
        parts |= {"filled": FILLED}
    kept = cache.entry("scan", parts, lambda: _voxels(specimen, spacing))
    volume = Volume(kept.array, np.array(kept.notes["matrix"]))
    return PreparedScan(specimen, volume, points, float(kept.notes["gain"]), sums)


def packed(voxels: torch.Tensor) -> tuple[NDArray[Any], float]:
    """Voxels as small numbers, and the gain that gives their brightness back.

    Bytes where that loses nothing, as for most CTs at their own voxels, else half precision, which
    keeps three digits.
    """
    array = voxels.numpy()
    if array.min() >= 0 and array.max() <= 255 and np.array_equal(array, np.round(array)):
        return array.astype(np.uint8), 1.0
    gain = float(np.abs(array).max()) or 1.0
    return (array / gain).astype(np.float16), gain


def checked_sha256(path: Path, cache: Cache) -> str:
    """Checksum of a file or folder.

    Raises
    ------
    InputError
        If it can't be read.
    """
    try:
        return cache.sha256(path)
    except OSError as error:
        remedy = "check that you may read it and that its disk is there, or leave it out"
        raise InputError(
            error.filename or path, "file", f"not readable ({error.strerror})", remedy
        ) from error


def _sha256(specimen: Specimen, cache: Cache) -> tuple[str, str]:
    assert specimen.landmarks is not None
    return checked_sha256(specimen.path, cache), checked_sha256(specimen.landmarks, cache)


def _landmarks(specimen: Specimen) -> Entry:
    truth = read_truth(specimen)
    return Entry(truth.points, {"labels": list(truth.labels)})


def _voxels(specimen: Specimen, spacing: float) -> Entry:
    volume = read_scan(specimen)
    check_extent(volume, specimen.path, *EXTENT_MM)
    check_same_frame(volume, read_truth(specimen), specimen)
    image = working_image(volume)
    if spacing:
        image = image.shrunk(spacing)
    array, gain = packed(image.voxels)
    return Entry(array, {"matrix": image.matrix.tolist(), "gain": gain, "id": specimen.id})
