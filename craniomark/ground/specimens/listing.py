"""CSV lists of specimens: ``id,path[,landmarks,mask,group,spacing,subject]``."""

import csv
import io
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from craniomark.ground.checks import InputError
from craniomark.ground.specimens.specimen import Specimen

_REQUIRED = ("id", "path")
_COLUMNS = (*_REQUIRED, "landmarks", "mask", "group", "spacing", "subject")
_UNFIT = re.compile(r'[\x00-\x1f/\\:*?"<>|]')

_Row = dict[str, str]


def is_listing(path: Path) -> bool:
    """True if `path` is to be read as a list of specimens."""
    return path.is_file() and path.suffix.lower() == ".csv"


def listed(path: Path, specimen_at: Callable[[Path], Specimen]) -> list[Specimen]:
    """Specimens of a CSV list.

    Parameters
    ----------
    path : Path
        UTF-8, separated by commas or semicolons; paths in it are relative to its folder. Where a column
        ``landmarks`` or ``mask`` stands, it alone counts; else the files beside the scan are taken.
    specimen_at : callable
        Makes a specimen of a scan's path, or raises InputError.

    Raises
    ------
    InputError
        Names the line and column that is wrong.
    """
    return [_specimen(path, line, row, specimen_at) for line, row in _rows(path)]


def _rows(path: Path) -> list[tuple[int, _Row]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(path, "text", "not UTF-8", "save the list as CSV in UTF-8") from error
    first = text.lstrip("\r\n").split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    try:
        lines = [
            (reader.line_num, [cell.strip() for cell in cells])
            for cells in reader
            if any(map(str.strip, cells))
        ]
    except csv.Error as error:
        raise InputError(path, "text", f"no CSV ({error})", "save the list as CSV in UTF-8") from error
    if not lines:
        raise InputError(path, "list", "empty", f"give it the columns {','.join(_COLUMNS)}")
    columns = _columns(path, lines[0][1])
    if len(lines) == 1:
        raise InputError(path, "list", "without any specimen", "give a line for each specimen")
    for line, cells in lines[1:]:
        if len(cells) > len(columns):
            value = f"{len(cells)} cells where there are {len(columns)} columns"
            raise InputError(path, f"line {line}", value, "put text that holds the separator in quotes")
    return [(line, dict(zip(columns, cells, strict=False))) for line, cells in lines[1:]]


def _columns(path: Path, names: list[str]) -> list[str]:
    columns = [name.lower() for name in names]
    allowed = f"use the columns {','.join(_COLUMNS)}, of which id and path are needed"
    unknown = [name for name, column in zip(names, columns, strict=True) if column not in _COLUMNS]
    if unknown:
        raise InputError(
            path, "columns", f"unknown: {', '.join(name or 'without a name' for name in unknown)}", allowed
        )
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        raise InputError(path, "columns", f"without {' and '.join(missing)}", allowed)
    if len(set(columns)) != len(columns):
        raise InputError(path, "columns", f"{','.join(names)}, one of them twice", allowed)
    return columns


def _specimen(path: Path, line: int, row: _Row, specimen_at: Callable[[Path], Specimen]) -> Specimen:
    where = f"line {line}"
    scan = _file(path, line, row, "path")
    if scan is None:
        raise InputError(path, where, "without a path", "give the path of the scan")
    identifier = row.get("id", "")
    if not identifier or identifier.startswith(".") or _UNFIT.search(identifier):
        remedy = "an id is used as a file name, so give it letters, digits, spaces, - or _"
        raise InputError(path, f"{where}, id", repr(identifier), remedy)
    specimen = replace(specimen_at(scan), id=identifier, group=row.get("group", ""),
                       subject=row.get("subject", ""))  # fmt: skip
    if "landmarks" in row:
        specimen = replace(specimen, landmarks=_file(path, line, row, "landmarks"))
    if "mask" in row:
        specimen = replace(specimen, mask=_file(path, line, row, "mask"))
    return replace(specimen, spacing=_spacing(path, line, row.get("spacing", "")))


def _file(path: Path, line: int, row: _Row, column: str) -> Path | None:
    if not row.get(column):
        return None
    file = path.parent / row[column]
    if not file.exists():
        value = f"{row[column]}, which is missing"
        raise InputError(
            path, f"line {line}, {column}", value, "paths are relative to the folder of the list"
        )
    return file


def _spacing(path: Path, line: int, text: str) -> tuple[float, float, float] | None:
    """Voxel size in mm: three numbers, or one for all axes."""
    words = re.split(r"[\s,;x]+", text.strip("()[] ")) if text else []
    if not words:
        return None
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        numbers = []
    if len(numbers) == 1:
        numbers *= 3
    if len(numbers) != 3 or not all(math.isfinite(number) and number > 0 for number in numbers):
        remedy = "give one or three positive numbers in mm, such as 0.02 or 0.02 0.02 0.02"
        raise InputError(path, f"line {line}, spacing", repr(text), remedy)
    return numbers[0], numbers[1], numbers[2]
