"""What file names tell: extensions, ids, and which files belong to a specimen."""

import re
from os import PathLike
from pathlib import Path

from craniomark.ground.volumes import VOLUME_SUFFIXES

SURFACE_SUFFIXES = (".ply", ".stl", ".obj", ".vtk", ".vtp")
SCAN_SUFFIXES = (*VOLUME_SUFFIXES, *SURFACE_SUFFIXES)
_MARKUP_SUFFIXES = (".mrk.json", ".fcsv")
_LIST_SUFFIXES = (".json", ".csv", ".tsv", ".txt", ".tps", ".nts", ".pts")
# Of several landmark files the first kind counts: markups are what a person edits last.
_TRUTH_SUFFIXES = (*_MARKUP_SUFFIXES, *_LIST_SUFFIXES, *VOLUME_SUFFIXES)

IMAGES, MASKS, TRUTHS = "images", "masks", "landmarks"
"""Folders of a data set that keeps scans, masks and landmarks apart."""

_LANDMARKS = re.compile(r"(.+)[-_]LM", re.IGNORECASE)
_MASK = re.compile(r"seg_(.+)", re.IGNORECASE)


def known_extension(path: str | PathLike[str]) -> str:
    """Extension of a scan, surface or markup file as it stands in the name; empty where unknown."""
    name = Path(path).name
    return _suffix(name, (*SCAN_SUFFIXES, *_MARKUP_SUFFIXES))


def specimen_id(path: str | PathLike[str]) -> str:
    """Id of a specimen: file name less its known extension; a folder's whole name."""
    name = Path(path).name
    return name.removesuffix(known_extension(name))


def owner_id(path: str | PathLike[str]) -> str | None:
    """Id of the specimen that a companion file belongs to; None if the file is no companion.

    Companions of X are ``X-LM.*``, ``X_LM.*``, ``X.mrk.json``, ``X.fcsv`` and ``seg_X.*``.
    """
    name = Path(path).name
    stem = stem_of(name)
    match = _MASK.fullmatch(stem) or _LANDMARKS.fullmatch(stem)
    if match:
        return match.group(1)
    return stem if _suffix(name, _MARKUP_SUFFIXES) else None


def is_mask(name: str) -> bool:
    """Whether a file name is that of a bone mask, ``seg_X.*``, in a format of volumes."""
    return bool(_MASK.fullmatch(stem_of(name)) and _suffix(name, VOLUME_SUFFIXES))


def truth_rank(name: str) -> int | None:
    """Place of a landmark file's kind among those that are read, the first counts; None for other files."""
    suffix = _suffix(name, _TRUTH_SUFFIXES).lower()
    return _TRUTH_SUFFIXES.index(suffix) if suffix and not _MASK.fullmatch(stem_of(name)) else None


def stem_of(name: str) -> str:
    """A file name less its extension, also one of those that only landmarks have."""
    extension = _suffix(name, (*SCAN_SUFFIXES, *_TRUTH_SUFFIXES)) or Path(name).suffix
    return name.removesuffix(extension)


def _suffix(name: str, suffixes: tuple[str, ...]) -> str:
    """The longest of `suffixes` that `name` ends with, as it is written there."""
    ends = [len(suffix) for suffix in suffixes if name.lower().endswith(suffix) and len(name) > len(suffix)]
    return name[-max(ends) :] if ends else ""
