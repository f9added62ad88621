"""The specimens of a run: read once, kept ready, and given to the task in the template's frame."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.engine.brightness import bone_gain
from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.flows.template.frame import Frame
from craniomark.flows.template.scans import common_labels
from craniomark.flows.training.cache import Cache
from craniomark.flows.training.config.schema import RunSettings
from craniomark.flows.training.prepared import PreparedScan, checked_sha256, prepared_landmarks, prepared_scan
from craniomark.flows.training.reference import Reference, bundle_reference, made_reference
from craniomark.flows.training.split import FEWEST, split
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.specimens import Specimen, find_specimens, landmarked

Told = Callable[[str, int, int], None]
_FEWEST_POINTS = 6


@dataclass(frozen=True, eq=False)
class TrainingData:
    """What a task learns from.

    Attributes
    ----------
    labels : tuple of str
        Landmarks, in the order of all points.
    frame : Frame
        Mean landmarks, mm, and left/right structure, in the template's frame.
    template : Image
        Mean image there, bone brightness 1.
    training, validation : tuple of Example
        Specimens there; the same ones in both where none are held out.
    groups : mapping of str to str
        Source or strain by specimen id; empty where unknown.
    files : mapping of str to str
        SHA-256 of every file that was learnt from, by a name that doesn't depend on the place.
    """

    labels: tuple[str, ...]
    frame: Frame
    template: Image
    training: tuple[Example, ...]
    validation: tuple[Example, ...]
    groups: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def held_out(self) -> bool:
        """Whether the validation specimens are not trained on."""
        return not {e.id for e in self.training} & {e.id for e in self.validation}


def training_data(
    settings: RunSettings, spacing: float, cache: Path, told: Told = lambda *_: None
) -> TrainingData:
    """Find, check, prepare and split the specimens.

    With a template made from the training specimens alone, a held-out specimen has no part in anything
    that it is validated with. Where the cache holds all, neither SimpleITK nor VTK is imported.

    Parameters
    ----------
    settings : RunSettings
        Data, template and split.
    spacing : float
        Voxels that the task wants, mm; 0: as fine as they are.
    cache : Path
        Folder of the prepared specimens.
    told : callable
        Hears what is done, the number and of how many.

    Raises
    ------
    InputError
        If the data are too few, not readable or do not fit one another; names the file.
    """
    kept = Cache(cache)
    specimens = landmarked_specimens(settings.data)
    by_id = {specimen.id: specimen for specimen in specimens}
    parts = split(list(by_id), settings, {one.id: one.subject for one in specimens})
    used = sorted({*parts.training, *parts.validation})
    landmarks = {one: prepared_landmarks(by_id[one], kept) for one in used}
    bundled = bundle_reference(settings.template, kept) if settings.template else None
    labels = bundled.labels if bundled else common_labels(list(landmarks.values()))
    points = {one: _points(by_id[one], landmarks[one], labels) for one in used}
    scans, fine = [], {}
    for number, one in enumerate(used):
        told(f"prepare {one}", number, len(used))
        scans.append(prepared_scan(by_id[one], points[one], spacing, kept))
        fine[one] = prepared_scan(by_id[one], points[one], settings.template_spacing / 2, kept)
    told("template", len(used), len(used))
    trained_on = [fine[one] for one in parts.training]
    reference = bundled or made_reference(trained_on, labels, settings.template_spacing, kept)
    examples = {scan.specimen.id: _example(scan, fine[scan.specimen.id], reference) for scan in scans}
    return TrainingData(
        labels,
        reference.frame,
        reference.image,
        tuple(examples[one] for one in parts.training),
        tuple(examples[one] for one in parts.validation),
        {one: by_id[one].group for one in used},
        file_sums([by_id[one] for one in used], settings.data, kept) | dict(reference.files),
    )


def landmarked_specimens(data: str) -> list[Specimen]:
    """CTs or meshes with landmarks beside them.

    Raises
    ------
    InputError
        If there are fewer than two.
    """
    found = specimens_with_landmarks(data)
    if len(found) < FEWEST:
        remedy = f"give at least {FEWEST} with landmarks beside them (ID-LM.nii.gz or ID.mrk.json)"
        raise InputError(data, "number of landmarked CTs or meshes", len(found), remedy)
    return found


def specimens_with_landmarks(data: str) -> list[Specimen]:
    """CTs or meshes with landmarks beside them, however few; of one kind."""
    return landmarked(find_specimens([Path(data)]), data)


def _points(specimen: Specimen, truth: LandmarkSet, labels: Sequence[str]) -> NDArray[np.float64]:
    ordered = truth.ordered(labels)
    shared = int(ordered.present.sum())
    if shared < max(_FEWEST_POINTS, 0.5 * len(labels)):
        value = f"{shared} of {len(labels)}"
        remedy = "use the same labels in all specimens, or leave this one out"
        raise InputError(specimen.landmarks or specimen.path, "labels shared with the others", value, remedy)
    return ordered.points


def _example(scan: PreparedScan, fine: PreparedScan, reference: Reference) -> Example:
    """A scan in the template's frame; its brightness is measured on voxels of the template's size."""
    pose = reference.frame.pose_of(scan.points)
    gain = bone_gain(fine.image().moved(pose), reference.image, np.eye(4))
    points = scan.points @ pose[:3, :3].T + pose[:3, 3]
    return Example(scan.image().scaled(gain).moved(pose), points, scan.specimen.id)


def file_sums(specimens: Sequence[Specimen], data: str, cache: Cache) -> dict[str, str]:
    """SHA-256 of scans and landmarks by `file_name`."""
    sums: dict[str, str] = {}
    for specimen in specimens:
        for path in (specimen.path, specimen.landmarks):
            if path is not None:
                sums[file_name(specimen, path, data)] = checked_sha256(path, cache)
    return sums


def file_name(specimen: Specimen, path: Path, data: str) -> str:
    """Path below the data folder, or id and name for what a list names elsewhere."""
    root = Path(data)
    inside = root.is_dir() and path.is_relative_to(root)
    return path.relative_to(root).as_posix() if inside else f"{specimen.id}/{path.name}"
