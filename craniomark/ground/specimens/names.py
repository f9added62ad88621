"""What file names tell: extensions, ids, and which files belong to a specimen."""

import os
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
    stem = _stem(name)
    match = _MASK.fullmatch(stem) or _LANDMARKS.fullmatch(stem)
    if match:
        return match.group(1)
    return stem if _suffix(name, _MARKUP_SUFFIXES) else None


def landmarks_beside(path: Path) -> Path | None:
    """True landmarks of the specimen at `path`: markups before tables and label images.

    They lie beside it, or, where it lies in ``images``, in the folder ``landmarks`` beside that, in which
    ``X.*`` counts too.
    """
    found = [file for file in _companions(path) if not _MASK.fullmatch(_stem(file.name))]
    found += _named_alike(path, TRUTHS)
    ranked = [(_TRUTH_SUFFIXES.index(suffix), file) for file in found if (suffix := _truth_suffix(file))]
    return min(ranked)[1] if ranked else None


def mask_beside(path: Path) -> Path | None:
    """Bone mask ``seg_X`` of the specimen at `path`: beside it, or in ``masks`` beside ``images``."""
    found = [file for file in _companions(path) if _MASK.fullmatch(_stem(file.name))]
    return next((file for file in found if _suffix(file.name, VOLUME_SUFFIXES)), None)


def _companions(path: Path) -> list[Path]:
    wanted = _id(path)
    return [file for folder in companion_folders(path) for file in _files(folder, wanted)
            if owner_id(file) == wanted]  # fmt: skip


def _named_alike(path: Path, folder: str) -> list[Path]:
    """Files in a folder beside ``images`` that are named as the specimen is, with another ending."""
    wanted = _id(path)
    places = [place for place in companion_folders(path) if place.name == folder]
    alike = [file for place in places for file in _files(place, wanted)]
    return [file for file in alike if owner_id(file) is None and _stem(file.name) == wanted]


def companion_folders(path: Path) -> list[Path]:
    """Where companions lie: beside it, and in the folders beside ``images``."""
    place = path.parent if path.parent.name else path.resolve().parent
    others = [place.parent / name for name in (MASKS, TRUTHS)] if place.name == IMAGES else []
    return [path.parent, *(one for one in others if one.is_dir())]


def _files(folder: Path, holding: str) -> list[Path]:
    """Files whose names hold a text; the others are not touched, since a folder may hold thousands."""
    everything = os.listdir(folder)  # noqa: PTH208 - names alone are many times quicker
    names = sorted(name for name in everything if holding in name and not name.startswith("."))
    return [file for name in names if (file := folder / name).is_file()]


def _id(path: Path) -> str:
    return specimen_id(path) if path.is_file() else path.name


def _truth_suffix(path: Path) -> str:
    return _suffix(path.name, _TRUTH_SUFFIXES).lower()


def _stem(name: str) -> str:
    extension = _suffix(name, (*SCAN_SUFFIXES, *_TRUTH_SUFFIXES)) or Path(name).suffix
    return name.removesuffix(extension)


def _suffix(name: str, suffixes: tuple[str, ...]) -> str:
    """The longest of `suffixes` that `name` ends with, as it is written there."""
    ends = [len(suffix) for suffix in suffixes if name.lower().endswith(suffix) and len(name) > len(suffix)]
    return name[-max(ends) :] if ends else ""
