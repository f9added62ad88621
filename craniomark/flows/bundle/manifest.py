"""What a bundle says of itself in ``bundle.json``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCHEMA_VERSION = 1
MANIFEST_FILE = "bundle.json"
KINDS = ("ct", "surface")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class LandmarkDefinition:
    """A landmark's label and where on the skull it lies, in words."""

    label: str
    definition: str = ""


@dataclass(frozen=True)
class TemplateFrame:
    """Frame of the template: axes and origin in words, and its voxel spacing in mm."""

    frame: str
    spacing_mm: tuple[float, float, float]


@dataclass(frozen=True)
class TrainingSpecimen:
    """A specimen that the bundle was made from, known by the SHA-256 of its image or mesh file."""

    id: str
    sha256: str


@dataclass(frozen=True)
class FileEntry:
    """SHA-256 and length of one file of the bundle."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """Everything that ``bundle.json`` holds.

    Attributes
    ----------
    name, version : str
        What users call it, and which making of it this is.
    kind : {"ct", "surface"}
        The input that it reads.
    parts : tuple of str
        Tasks that it serves, e.g. ``("orient", "landmark")``.
    species : str
        What it was made from.
    landmarks : tuple of LandmarkDefinition
        In the order of every output.
    pairs : tuple of (str, str)
        Right/left labels.
    midline : tuple of str
        Labels on the midline.
    template : TemplateFrame
        Frame and spacing of ``template.nii.gz``.
    intensity_range : tuple of float
        Values that are expected in an input.
    size_range_mm : tuple of float
        Longest extent of the skulls that it serves, mm.
    training : tuple of TrainingSpecimen
        What it has seen: no figure on these is held out.
    commands : tuple of str
        The exact commands that made it.
    seed : int
    device : str
    minutes : float
        How, on what and how long it was made.
    figures : mapping
        Out-of-fold figures.
    licence, citation : str
    files : mapping of str to FileEntry
        Every file beside ``bundle.json``; filled by `write_bundle`.
    extra : mapping
        Keys that this version doesn't know, kept as they are.
    """

    name: str
    version: str
    kind: str
    parts: tuple[str, ...]
    species: str
    landmarks: tuple[LandmarkDefinition, ...]
    pairs: tuple[tuple[str, str], ...]
    midline: tuple[str, ...]
    template: TemplateFrame
    intensity_range: tuple[float, float]
    size_range_mm: tuple[float, float]
    training: tuple[TrainingSpecimen, ...]
    commands: tuple[str, ...]
    seed: int
    device: str
    minutes: float
    figures: Mapping[str, Any]
    licence: str
    citation: str
    files: Mapping[str, FileEntry] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the landmarks, in their order."""
        return tuple(landmark.label for landmark in self.landmarks)

    @property
    def total_bytes(self) -> int:
        """Length of all files together, ``bundle.json`` not counted."""
        return sum(entry.bytes for entry in self.files.values())

    def trained_on(self, sha256: str) -> bool:
        """Whether the file with this SHA-256 was used to make the bundle."""
        return any(specimen.sha256 == sha256 for specimen in self.training)


def as_json(manifest: Manifest) -> dict[str, Any]:
    """The object that ``bundle.json`` holds, known keys first."""
    known: dict[str, Any] = {
        "schema_version": manifest.schema_version,
        "name": manifest.name,
        "version": manifest.version,
        "kind": manifest.kind,
        "parts": list(manifest.parts),
        "species": manifest.species,
        "landmarks": [vars(landmark) for landmark in manifest.landmarks],
        "pairs": [list(pair) for pair in manifest.pairs],
        "midline": list(manifest.midline),
        "template": {"frame": manifest.template.frame, "spacing_mm": list(manifest.template.spacing_mm)},
        "intensity_range": list(manifest.intensity_range),
        "size_range_mm": list(manifest.size_range_mm),
        "training": [vars(specimen) for specimen in manifest.training],
        "commands": list(manifest.commands),
        "seed": manifest.seed,
        "device": manifest.device,
        "minutes": manifest.minutes,
        "figures": dict(manifest.figures),
        "licence": manifest.licence,
        "citation": manifest.citation,
        "files": {name: vars(entry) for name, entry in sorted(manifest.files.items())},
    }
    return known | {key: value for key, value in manifest.extra.items() if key not in known}


def manifest_path(folder: Path) -> Path:
    """Where the manifest of the bundle `folder` lies."""
    return folder / MANIFEST_FILE
