"""Scans and masks of bone to learn from: given ones, or the threshold of clean scans."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.datasets.mask_checks import mask_seen
from craniomark.flows.pipeline.working import working_image
from craniomark.flows.training.cache import Cache, Entry
from craniomark.flows.training.config.schema import RunSettings
from craniomark.flows.training.data import file_name
from craniomark.flows.training.prepared import checked_sha256, packed
from craniomark.flows.training.split import split
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen as Scan
from craniomark.ground.specimens import find_specimens, read_scan
from craniomark.ground.volumes import Volume, read_volume
from craniomark.tasks.segment.samples import Specimen
from craniomark.tasks.segment.thresholds import bone_target, levels_of

Told = Callable[[str, int, int], None]
SMALLEST = 8
"""Voxels of the shortest side of a scan that is learnt from."""


@dataclass(frozen=True)
class TargetChoice:
    """Where masks come from, and how fine they are.

    Attributes
    ----------
    masks : {"given", "threshold"}
        Files ``seg_X`` of the scans X; or Otsu's threshold of each scan, without pieces under 27 voxels,
        which must be clean.
    finest : float
        Scans of finer voxels are averaged over blocks to about this size, mm.
    trials : int
        Patches of each validation.
    """

    masks: Literal["given", "threshold"] = "given"
    finest: float = 0.06
    trials: int = 12

    def __post_init__(self) -> None:
        if self.masks not in ("given", "threshold"):
            raise ValueError(f"masks is {self.masks!r}: give given or threshold")
        if not 0.001 <= self.finest <= 5:
            raise ValueError(f"finest is {self.finest}: give 0.001 to 5 mm")
        if self.trials < 1:
            raise ValueError(f"trials is {self.trials}: give at least 1")


@dataclass(frozen=True, eq=False)
class SegmentData:
    """What the network of bone masks learns from.

    Attributes
    ----------
    training, validation : tuple of Specimen
        The same ones in both where none are held out.
    files : mapping of str to str
        SHA-256 of every file that was learnt from.
    groups : mapping of str to str
        Empty.
    """

    training: tuple[Specimen, ...]
    validation: tuple[Specimen, ...]
    files: Mapping[str, str]
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def held_out(self) -> bool:
        """Whether the validation specimens are not trained on."""
        return not {one.id for one in self.training} & {one.id for one in self.validation}

    @property
    def spacing(self) -> float:
        """Usual voxel size, mm: the median over scans of the edge of a cube as large as a voxel."""
        return float(np.median([np.cbrt(np.prod(one.spacing)) for one in self.training]))


def segment_data(
    settings: RunSettings, spacing: float, cache: Path, told: Told = lambda *_: None
) -> SegmentData:
    """Find, check, prepare and split scans with masks; called as `training_data` is.

    Parameters
    ----------
    settings : RunSettings
        Data and split, with the node ``target`` of `TargetChoice`.
    spacing : float
        As `TargetChoice.finest`.
    cache : Path
        Folder of the prepared scans.
    told : callable
        Hears what is done, the number and of how many.

    Raises
    ------
    InputError
        If there are no masks where they are wanted, or one does not belong to its scan; names the file.
    """
    given = settings.target.masks == "given"  # type: ignore[attr-defined]
    scans = _scans(settings.data, given)
    by_id = {scan.id: scan for scan in scans}
    parts = split(list(by_id), settings, {one.id: one.subject for one in scans})
    used = sorted({*parts.training, *parts.validation})
    kept, found = Cache(cache), {}
    for number, one in enumerate(used):
        told(f"prepare {one}", number, len(used))
        found[one] = _prepared(by_id[one], spacing, given, kept)
    told("prepared", len(used), len(used))
    sums = {
        file_name(by_id[one], path, settings.data): checked_sha256(path, kept)
        for one in used
        for path in (by_id[one].path, by_id[one].mask if given else None)
        if path is not None
    }
    training, validation = (tuple(found[one] for one in ids) for ids in (parts.training, parts.validation))
    return SegmentData(training, validation, sums)


def _scans(data: str, given: bool) -> list[Scan]:
    found = [one for one in find_specimens([Path(data)]) if one.kind == "ct"]
    if not found:
        raise InputError(data, "number of scans", 0, "give a folder of scans")
    if not given:
        return found
    masked = [one for one in found if one.mask is not None]
    if not masked:
        remedy = (
            f"put seg_{found[0].id}.nii.gz and so on beside the scans or into masks/, "
            "or learn the threshold of clean scans with target.masks=threshold"
        )
        raise InputError(data, "masks", f"none beside {len(found)} scans", remedy)
    return masked


def _prepared(scan: Scan, spacing: float, given: bool, cache: Cache) -> Specimen:
    parts: dict[str, Any] = {
        "scan": checked_sha256(scan.path, cache), "file_spacing": scan.spacing, "finest": spacing,
    }  # fmt: skip
    image = cache.entry("segment-scan", parts, lambda: _voxels(scan, spacing))
    if given and scan.mask is not None:
        parts["mask"] = checked_sha256(scan.mask, cache)
    mask = cache.entry("segment-mask", parts, lambda: _mask(scan, image, spacing, given))
    notes = image.notes
    return Specimen(
        scan.id, image.array, mask.array.astype(bool), np.array(notes["spacing"]),
        notes["dark"] / notes["gain"], notes["bright"] / notes["gain"],
    )  # fmt: skip


def _voxels(scan: Scan, spacing: float) -> Entry:
    volume = read_scan(scan)
    image = working_image(volume, finest_mm=spacing)
    if min(image.shape) < SMALLEST:
        told = " x ".join(map(str, image.shape))
        raise InputError(scan.path, "size", f"{told} voxels", f"give scans of at least {SMALLEST} a side")
    found = levels_of(image.voxels.numpy())
    array, gain = packed(image.voxels)
    notes = {"spacing": image.spacing.tolist(), "gain": gain, "dark": found.dark, "bright": found.bright}
    return Entry(array, notes)


def _mask(scan: Scan, image: Entry, spacing: float, given: bool) -> Entry:
    if not given:
        return Entry(bone_target(image.array.astype(np.float32)).astype(np.uint8), {})
    volume, assumed = read_scan(scan), float(image.notes["bright"] + image.notes["dark"]) / 2
    assert scan.mask is not None
    for fault in mask_seen(scan, volume, assumed).faults:
        remedy = "give a mask of 0 and other whole numbers, drawn on this very scan"
        raise InputError(scan.mask, "mask", fault.replace("its mask", "one that"), remedy)
    drawn = read_volume(scan.mask, spacing=scan.spacing)
    bone = Volume((np.asarray(drawn.array) > 0).astype(np.uint8), drawn.matrix)
    averaged: NDArray[np.float32] = working_image(bone, finest_mm=spacing).voxels.numpy()
    return Entry((averaged >= 0.5).astype(np.uint8), {})
