"""Landmarks read and written by the format that a file has, one specimen or a cohort."""

import re
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import specimen_csv
from craniomark.ground.landmarks.building import put
from craniomark.ground.landmarks.formats import (
    csv_long,
    csv_wide,
    fcsv,
    morphoj,
    morphologika,
    mrk_json,
    nts,
    tps,
)
from craniomark.ground.landmarks.landmark_set import LandmarkSet
from craniomark.ground.landmarks.names import check_cohort, check_without
from craniomark.ground.landmarks.table import read_table
from craniomark.ground.landmarks.text import read_text

FORMATS = ("csv-long", "csv-wide", "mrk.json", "fcsv", "morphoj", "tps", "nts", "morphologika")
SPECIMEN_CSV = "csv"

Cohort = Mapping[str, LandmarkSet]
_ONE_READER: dict[str, Callable[[Path], LandmarkSet]] = {
    "mrk.json": mrk_json.read,
    "fcsv": fcsv.read,
    SPECIMEN_CSV: specimen_csv.read,
}
_ONE_WRITER: dict[str, Callable[[LandmarkSet, Path], None]] = {"mrk.json": mrk_json.write, "fcsv": fcsv.write}
_MANY_READER: dict[str, Callable[[Path], dict[str, LandmarkSet]]] = {
    "csv-long": csv_long.read,
    "csv-wide": csv_wide.read,
    "morphoj": morphoj.read,
    "tps": tps.read,
    "nts": nts.read,
    "morphologika": morphologika.read,
}
_MANY_WRITER: dict[str, Callable[[Cohort, Path], None]] = {
    "csv-long": csv_long.write,
    "csv-wide": csv_wide.write,
    "morphoj": morphoj.write,
    "tps": tps.write,
    "nts": nts.write,
    "morphologika": morphologika.write,
}
_SUFFIXES = (
    (".mrk.json", "mrk.json"),
    (".json", "mrk.json"),
    (".fcsv", "fcsv"),
    (".tps", "tps"),
    (".nts", "nts"),
)
_TEXT_SUFFIXES = (".csv", ".txt", ".tsv", ".dta")
_ENDINGS = re.compile(r"(\.mrk\.json|\.json|\.fcsv|\.csv|\.tps|\.nts|\.txt|\.tsv|\.dta)$", re.IGNORECASE)


def specimen_of(path: str | PathLike[str]) -> str:
    """Id of the specimen that a landmark file belongs to: its name without endings and ``-LM``, ``_LM``."""
    return re.sub(r"[-_]LM$", "", _ENDINGS.sub("", Path(path).name))


def detect_format(path: str | PathLike[str]) -> str:
    """Format of a landmark file by its ending and, for tables and texts, by what it begins with.

    Returns
    -------
    str
        One of `FORMATS`, or ``"csv"`` for the table of one specimen.

    Raises
    ------
    InputError
        If the file is none of these.
    """
    path = Path(path)
    name = path.name.lower()
    for suffix, found in _SUFFIXES:
        if name.endswith(suffix):
            return found
    if not name.endswith(_TEXT_SUFFIXES):
        raise InputError(path, "file name ending", repr(path.suffix), f"give landmarks as {_known()}")
    text = read_text(path).lstrip()
    if re.match(r"\[\s*\w+\s*\]", text):
        return "morphologika"
    if re.match(r"LM3?\s*=", text, re.IGNORECASE):
        return "tps"
    if re.match(r"(\s*[\"'].*\n)*\s*1\s+\d+L?\s+\d+L?\s+[01]\b.*DIM=", text, re.IGNORECASE):
        return "nts"
    return _table_format(path)


def _table_format(path: Path) -> str:
    header = [cell.lower() for cell in read_table(path).header]
    if header[0] == "subject":
        return "morphoj"
    if {"label", "x", "y", "z"} <= set(header):
        return "csv-long" if "id" in header else SPECIMEN_CSV
    if header == ["x", "y", "z"]:
        return SPECIMEN_CSV
    if header[0] == "id":
        return "csv-wide"
    if path.suffix.lower() == ".csv" and len(header) < 4:
        remedy = "give the columns label, x, y and z, or x, y and z alone"
        raise InputError(path, "header", repr(",".join(header)), remedy)
    return "morphoj"


def _known() -> str:
    return ".mrk.json, .fcsv, .csv, .tps, .nts or a Morphologika or MorphoJ .txt"


def read_landmarks(path: str | PathLike[str]) -> LandmarkSet:
    """Landmarks of one specimen, LPS mm, from a file of any format.

    Parameters
    ----------
    path : path
        File with one specimen.

    Raises
    ------
    InputError
        If the file is broken, of no known format, or holds several specimens.
    """
    path = _existing(path)
    if path.is_dir():
        raise InputError(path, "landmarks", "a folder", "give the landmark file of one specimen")
    kind = detect_format(path)
    if kind in _ONE_READER:
        return _ONE_READER[kind](path)
    cohort = _MANY_READER[kind](path)
    if len(cohort) != 1:
        ids = list(cohort)
        shown = ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
        raise InputError(path, "specimens", f"{len(ids)} ({shown})", "give a file with one specimen only")
    return next(iter(cohort.values()))


def read_cohort(path: str | PathLike[str]) -> dict[str, LandmarkSet]:
    """Landmarks of several specimens by id, LPS mm, from a file of any format or a folder.

    In a folder, each ID.mrk.json, ID.fcsv or ID.csv (table of one specimen) is a specimen; where one id has
    several of these, the first of this order is taken. Other files are passed over.

    Raises
    ------
    InputError
        If a file is broken or of no known format, or two files of a folder have the same id.
    """
    path = _existing(path)
    if path.is_dir():
        return _read_folder(path)
    kind = detect_format(path)
    if kind in _ONE_READER:
        return {specimen_of(path): _ONE_READER[kind](path)}
    return _MANY_READER[kind](path)


def _existing(path: str | PathLike[str]) -> Path:
    path = Path(path)
    if not path.exists():
        raise InputError(path, "file", "not there", "check its name and folder")
    return path


def _read_folder(folder: Path) -> dict[str, LandmarkSet]:
    cohort: dict[str, LandmarkSet] = {}
    files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    for ending, kind in ((".mrk.json", "mrk.json"), (".fcsv", "fcsv"), (".csv", SPECIMEN_CSV)):
        found: dict[str, LandmarkSet] = {}
        for file in files:
            is_kind = file.name.lower().endswith(ending) and specimen_of(file) not in cohort
            if is_kind and (kind != SPECIMEN_CSV or _is_specimen_table(file)):
                put(found, specimen_of(file), _ONE_READER[kind](file), folder)
        cohort.update(found)
    if not cohort:
        remedy = "give a folder with ID.mrk.json, ID.fcsv or ID.csv files"
        raise InputError(folder, "landmark files", "none", remedy)
    return dict(sorted(cohort.items()))


def _is_specimen_table(file: Path) -> bool:
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        return lines.readline().replace('"', "").lower().startswith("label,x,y,z")


def write_landmarks(landmarks: LandmarkSet, path: str | PathLike[str]) -> None:
    """Write one specimen in the format of the file name's ending: .mrk.json, .fcsv, .csv, .tps or .nts.

    Raises
    ------
    InputError
        If the ending is another one, or the format can't hold a label.
    """
    path = Path(path)
    name = path.name.lower()
    if name.endswith(".csv"):
        specimen_csv.write(landmarks, path)
        return
    kind = next((kind for suffix, kind in _SUFFIXES if name.endswith(suffix)), None)
    if kind is None:
        raise InputError(path, "file name ending", repr(path.suffix), f"end it with {_known()}")
    if kind in _ONE_WRITER:
        _ONE_WRITER[kind](landmarks, path)
    else:
        _MANY_WRITER[kind]({specimen_of(path): landmarks}, path)


def write_cohort(cohort: Cohort, path: str | PathLike[str], format: str) -> None:
    """Write several specimens in one of `FORMATS`, all with the same labels in the same order.

    The order is that in which labels are first seen; a landmark that a specimen lacks is missing there.
    mrk.json and fcsv make a folder of ID.mrk.json or ID.fcsv, the others one file.

    Raises
    ------
    InputError
        If the format is unknown or can't hold an id or label, or the place can't be written.
    """
    path = Path(path)
    if format not in FORMATS:
        raise InputError(path, "format", repr(format), f"choose one of {', '.join(FORMATS)}")
    if format in _MANY_WRITER:
        if path.is_dir():
            raise InputError(path, "output file", "a folder", "give the name of a file")
        _MANY_WRITER[format](cohort, path)
        return
    labels = check_cohort(cohort, path)
    if path.is_file():
        raise InputError(path, "output folder", "a file", "give the name of a folder")
    for specimen in cohort:
        check_without(specimen, "/\\", path, "specimen id")
    for specimen, landmarks in cohort.items():
        _ONE_WRITER[format](landmarks.ordered(labels), path / f"{specimen}.{format}")
