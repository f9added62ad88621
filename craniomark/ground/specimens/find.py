"""From what a user names to a list of specimens."""

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from craniomark.ground.checks import InputError, limits
from craniomark.ground.specimens.companions import Companions, companion_folders
from craniomark.ground.specimens.listing import is_listing, listed
from craniomark.ground.specimens.names import (
    IMAGES,
    SCAN_SUFFIXES,
    SURFACE_SUFFIXES,
    known_extension,
    owner_id,
    specimen_id,
)
from craniomark.ground.specimens.specimen import Kind, Specimen
from craniomark.ground.volumes import holds_dicom, tiff_slices


def find_specimens(inputs: Sequence[Path]) -> list[Specimen]:
    """Specimens that files, folders and CSV lists name.

    Parameters
    ----------
    inputs : sequence of Path
        Scans, surfaces, folders of TIFF or DICOM slices, folders of all these, folders that hold these
        in ``images`` (with ``masks/seg_X`` and ``landmarks/X`` beside it), or CSV lists
        ``id,path[,landmarks,mask,group,spacing,subject]``.

    Returns
    -------
    list of Specimen
        In the order of the inputs, and by name within a folder; a path named twice stands once.

    Raises
    ------
    InputError
        For a missing path, a file type that is not read, a folder without specimens, a faulty list,
        or two specimens of one id.
    """
    found: dict[Path, Specimen] = {}
    companions = Companions()
    for path in map(Path, inputs):
        for specimen in _named(path, companions):
            found.setdefault(specimen.path.resolve(), specimen)
    specimens = list(found.values())
    _check_ids(specimens)
    return specimens


def specimen_at(path: Path, companions: Companions | None = None) -> Specimen:
    """Specimen of one scan, surface or folder of slices, with the files that belong to it.

    Parameters
    ----------
    path : Path
        Of the scan.
    companions : Companions, optional
        Finds those files; one for many specimens lists a folder once.
    """
    kind = kind_of(path)
    if kind is None:
        raise _refusal(path)
    name, companions = path if path.name else path.resolve(), companions or Companions()
    return Specimen(specimen_id(name) if name.is_file() else name.name, path, kind,
                    companions.landmarks(name), companions.mask(name))  # fmt: skip


def companions_without(specimens: Sequence[Specimen]) -> list[Path]:
    """Landmark files and masks in the specimens' folders that belong to none of them."""
    known = {specimen.id for specimen in specimens} | {specimen_id(s.path) for s in specimens}
    used = {path.resolve() for s in specimens for path in (s.landmarks, s.mask) if path}
    folders = {folder.resolve() for specimen in specimens for folder in companion_folders(specimen.path)}
    return [
        path for folder in sorted(folders) for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".") and path.resolve() not in used
        and owner_id(path) is not None and owner_id(path) not in known
    ]  # fmt: skip


def kind_of(path: Path) -> Kind | None:
    """``"ct"`` or ``"surface"``; None if `path` is neither."""
    if path.is_dir():
        return "ct" if _is_stack(path) or holds_dicom(path) else None
    extension = known_extension(path).lower()
    if extension not in SCAN_SUFFIXES or owner_id(path) is not None:
        return None
    return "surface" if extension in SURFACE_SUFFIXES else "ct"


def _named(path: Path, companions: Companions) -> list[Specimen]:
    try:
        if not path.exists():
            raise InputError(path, "input", "missing", "check the name")
        if is_listing(path):
            rows = listed(path, lambda one: specimen_at(one, companions))
            _check_ids(rows)
            return rows
        if path.is_dir():
            return _in_folder(path, companions)
        return [specimen_at(path, companions)]
    except OSError as error:
        value = error.strerror or "unreadable"
        raise InputError(
            path, "input", value, "check that you may read it and that its disk is there"
        ) from error


def _in_folder(folder: Path, companions: Companions) -> list[Specimen]:
    visible = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    scans = [entry for entry in visible if entry.is_file() and kind_of(entry)]
    if kind_of(folder):
        if scans:
            value = f"slices and {scans[0].name}"
            raise InputError(folder, "content", value, "put the slices in a folder of their own")
        return [specimen_at(folder, companions)]
    stacks = [entry for entry in visible if entry.is_dir() and kind_of(entry)]
    images = folder / IMAGES
    if not scans and not stacks and images.is_dir():
        return _in_folder(images, companions)
    if not scans and not stacks:
        raise _nothing_in(folder)
    return [specimen_at(entry, companions) for entry in sorted([*scans, *stacks])]


def _is_stack(folder: Path) -> bool:
    return len(tiff_slices(folder)) >= limits.SMALLEST_STACK


def _refusal(path: Path) -> InputError:
    if path.is_dir():
        return _nothing_in(path)
    owner = owner_id(path)
    if owner is not None:
        return InputError(path, "file", f"landmarks or a mask of {owner}", f"name the scan {owner} itself")
    remedy = f"give one of {' '.join(SCAN_SUFFIXES)}, a folder, or a CSV list of specimens"
    return InputError(path, "file type", path.suffix or "without extension", remedy)


def _nothing_in(folder: Path) -> InputError:
    slices = len(tiff_slices(folder))
    value = f"without any specimen ({slices} .tif slices)" if slices else "without any specimen"
    remedy = f"put scans or surfaces in it, or at least {limits.SMALLEST_STACK} .tif slices of one scan"
    return InputError(folder, "folder", value, remedy)


def _check_ids(specimens: Iterable[Specimen]) -> None:
    """Refuse ids that are equal, also to a disk that tells neither case nor accents' spelling apart."""
    seen: dict[str, Specimen] = {}
    for specimen in specimens:
        key = unicodedata.normalize("NFC", specimen.id).casefold()
        if key in seen:
            value = f"{specimen.id}, as for {seen[key].path}"
            raise InputError(specimen.path, "id", value, "rename one of the two, or run them apart")
        seen[key] = specimen
