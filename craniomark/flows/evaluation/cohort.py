"""Landmarks of the specimens in a folder or file, label images included."""

from os import PathLike
from pathlib import Path

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, detect_format, read_cohort, read_landmarks, specimen_of
from craniomark.ground.specimens import label_centroids, owner_id
from craniomark.ground.volumes import read_volume, volume_suffix

# Of several files of one specimen the first kind counts: the table alone holds stated errors as numbers.
_KINDS = ("csv", "mrk.json", "fcsv", "labels")
_COHORT_FILE = "landmarks.csv"
_COHORT_SUFFIXES = (".csv", ".tps", ".nts", ".txt", ".tsv")


def read_cohort_of(path: str | PathLike[str]) -> dict[str, LandmarkSet]:
    """Landmarks by specimen id from a folder, a file of one specimen or a file of many.

    In a folder ``ID.csv`` (the table of one specimen), ``ID.mrk.json``, ``ID.fcsv`` and label images
    ``ID-LM.nii.gz`` (any volume format, ``-LM`` or ``_LM``) are specimens; where one id has several of
    these, the first of this order is read. A folder with none of them may hold ``landmarks.csv``, or
    else one file of many specimens. Other files are passed over.

    Parameters
    ----------
    path : path
        Folder or file.

    Returns
    -------
    dict of str to LandmarkSet
        LPS mm, sorted by id.

    Raises
    ------
    InputError
        If a file is broken, two files of one kind have the same id, or there are no landmarks.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(path, "file or folder", "not there", "check its name and place")
    if path.is_dir():
        return _of_folder(path)
    if volume_suffix(path) is not None:
        return {owner_id(path) or specimen_of(path): label_centroids(read_volume(path), path)}
    return read_cohort(path)


def _of_folder(folder: Path) -> dict[str, LandmarkSet]:
    files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    found: dict[str, tuple[int, Path]] = {}
    for file in files:
        kind = _kind(file)
        if kind is None:
            continue
        id_ = owner_id(file) or specimen_of(file)
        rank = _KINDS.index(kind)
        if id_ in found and found[id_][0] == rank:
            remedy = f"{found[id_][1].name} has the same id: take one of the two away"
            raise InputError(file, "specimen id", repr(id_), remedy)
        if id_ not in found or rank < found[id_][0]:
            found[id_] = rank, file
    if not found:
        return read_cohort(_cohort_file(folder, files))
    return {id_: _read(file, _KINDS[rank]) for id_, (rank, file) in sorted(found.items())}


def _kind(file: Path) -> str | None:
    name = file.name.lower()
    if volume_suffix(file) is not None:
        is_labels = owner_id(file) is not None and not name.startswith("seg_")
        return "labels" if is_labels else None
    if name.endswith((".mrk.json", ".fcsv")):
        return "fcsv" if name.endswith(".fcsv") else "mrk.json"
    return "csv" if name.endswith(".csv") and _is_of_one_specimen(file) else None


def _is_of_one_specimen(file: Path) -> bool:
    try:
        return detect_format(file) == "csv"
    except InputError:  # some other table, such as a summary
        return False


def _cohort_file(folder: Path, files: list[Path]) -> Path:
    candidates = [file for file in files if file.name.lower().endswith(_COHORT_SUFFIXES)]
    named = [file for file in candidates if file.name == _COHORT_FILE]
    if named or len(candidates) == 1:
        return (named or candidates)[0]
    remedy = f"give a folder with ID.csv, ID.mrk.json, ID.fcsv or ID-LM.nii.gz files, or with {_COHORT_FILE}"
    raise InputError(folder, "landmarks", "none", remedy)


def _read(file: Path, kind: str) -> LandmarkSet:
    return label_centroids(read_volume(file), file) if kind == "labels" else read_landmarks(file)
