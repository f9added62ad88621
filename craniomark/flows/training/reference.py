"""The template that a run works in: a bundle's, or one of its own training specimens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from craniomark.engine.image import Image
from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.datasets.hashing import file_sha256
from craniomark.flows.template.average import linear_average
from craniomark.flows.template.frame import Frame, structure_of, template_frame
from craniomark.flows.training.cache import Cache, Entry
from craniomark.flows.training.prepared import PreparedScan
from craniomark.ground.volumes import Volume


@dataclass(frozen=True, eq=False)
class Reference:
    """Frame, mean image and labels.

    Attributes
    ----------
    labels : tuple of str
        Landmarks in the order of `frame.mean`.
    frame : Frame
        Mean landmarks.
    image : Image
        Mean image, bone brightness 1.
    files : mapping of str to str
        SHA-256 of the files that it comes from beside the training specimens.
    """

    labels: tuple[str, ...]
    frame: Frame
    image: Image
    files: Mapping[str, str] = field(default_factory=dict)


def bundle_reference(name_or_path: str, cache: Cache) -> Reference:
    """Template and labels of a bundle.

    Raises
    ------
    InputError
        If there is no such bundle or it isn't sound.
    """
    bundle = load_bundle(name_or_path)
    manifest = bundle.folder / "bundle.json"  # names the checksums of all its files
    sha256 = file_sha256(manifest)
    mean = bundle.landmarks().points
    kept = cache.entry("bundle", {"manifest": sha256}, lambda: _bundled(bundle))
    labels, files = bundle.manifest.labels, {"template/bundle.json": sha256}
    return Reference(labels, Frame(mean, structure_of(mean)), _image(kept), files)


def made_reference(
    scans: Sequence[PreparedScan], labels: tuple[str, ...], spacing: float, cache: Cache
) -> Reference:
    """Mean shape and linear average of the training specimens, and of these alone.

    Parameters
    ----------
    scans : sequence of PreparedScan
        Training specimens.
    labels : tuple of str
        Of their points.
    spacing : float
        Voxels of the mean image, mm.
    cache : Cache
        Where the mean image is kept.
    """
    frame = template_frame(np.array([scan.points for scan in scans]))
    parts: dict[str, Any] = {"scans": [scan.sums for scan in scans], "labels": labels, "spacing": spacing}
    kept = cache.entry("template", parts, lambda: _averaged(scans, frame, spacing))
    return Reference(labels, frame, _image(kept))


def _bundled(bundle: Bundle) -> Entry:
    volume = bundle.template()
    return Entry(np.asarray(volume.array, dtype=np.float32), {"matrix": volume.matrix.tolist()})


def _averaged(scans: Sequence[PreparedScan], frame: Frame, spacing: float) -> Entry:
    average = linear_average(scans, frame, spacing)
    return Entry(average.voxels.numpy(), {"matrix": average.matrix.tolist()})


def _image(kept: Entry) -> Image:
    return Image.of(Volume(kept.array, np.array(kept.notes["matrix"])))
