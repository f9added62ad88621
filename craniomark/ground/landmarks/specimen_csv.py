"""The table of one specimen, `ID.csv`: positions, errors, flags, status and history of each landmark."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks.building import built, written_annotation
from craniomark.ground.landmarks.landmark_set import FLAGS, STATUSES, Annotation, LandmarkSet
from craniomark.ground.landmarks.names import check_name, numbered
from craniomark.ground.landmarks.table import Table, read_table, write_table
from craniomark.ground.landmarks.text import number_text, parse_number, parse_point, point_texts

COLUMNS = ("label", "x", "y", "z", "error90_mm", "flag", "status", "px", "py", "pz", "observer", "time")


def read(path: Path) -> LandmarkSet:
    """Landmarks of one specimen from a table with the columns label, x, y, z and any others of `COLUMNS`.

    A table of x, y and z alone, as R writes it, is read with the labels "1" to "n".

    Parameters
    ----------
    path : Path
        Table; positions are LPS mm, a missing landmark has empty or NA coordinates.

    Raises
    ------
    InputError
        If a column is missing, a cell isn't what its column holds, or a label stands twice.
    """
    table = read_table(path)
    if table.column("label") is None and [cell.lower() for cell in table.header] == ["x", "y", "z"]:
        points = [parse_point(cells, path, f"line {line}") for line, cells in table.rows]
        note = "The file names no landmarks; they are labelled 1 to n in its order."
        return built(path, numbered(len(points)), points, notes=(note,))
    return landmarks_in(table, path)


def landmarks_in(table: Table, path: Path) -> LandmarkSet:
    """Landmarks of a table whose rows all belong to one specimen."""
    columns = {name: table.column(name) for name in COLUMNS}
    for name in COLUMNS[:4]:
        if columns[name] is None:
            remedy = "give a table with the columns label, x, y and z"
            raise InputError(path, f"column {name}", "missing", remedy)
    labels, points, annotations = [], [], {}
    for line, cells in table.rows:
        found = {name: cells[at] for name, at in columns.items() if at is not None}
        point = parse_point([found["x"], found["y"], found["z"]], path, f"line {line}, position")
        labels.append(found["label"])
        points.append(point)
        annotation = _annotation(found, path, f"line {line}", missing=math.isnan(point[0]))
        if not _is_empty(annotation):
            annotations[found["label"]] = annotation
    return built(path, labels, points, annotations)


def _annotation(cells: dict[str, str], path: Path, where: str, missing: bool) -> Annotation:
    status, flag = (_word(cells.get(name, "")) for name in ("status", "flag"))
    if status not in ("", *STATUSES):
        raise InputError(path, f"{where}, status", repr(status), f"write one of {', '.join(STATUSES)}")
    if flag not in FLAGS:
        raise InputError(path, f"{where}, flag", repr(flag), "write review, ok or nothing")
    if status == "missing" and not missing:
        remedy = "take the position away or change the status"
        raise InputError(path, f"{where}, status", "missing beside a position", remedy)
    predicted = [cells.get(name, "") for name in ("px", "py", "pz")]
    annotation = Annotation(
        error90_mm=parse_number(cells.get("error90_mm", ""), path, f"{where}, error90_mm"),
        flag=flag,
        status=status,
        predicted=parse_point(predicted, path, f"{where}, predicted position"),
        observer=cells.get("observer", ""),
        time=cells.get("time", ""),
    )
    return replace(annotation, status="missing", flag="") if missing else annotation


def _is_empty(annotation: Annotation) -> bool:
    told = (annotation.flag, annotation.status, annotation.observer, annotation.time)
    return not any(told) and math.isnan(annotation.error90_mm) and math.isnan(annotation.predicted[0])


def _word(text: str) -> str:
    return "" if text.upper() == "NA" else text


def write(landmarks: LandmarkSet, path: Path) -> None:
    """Write `ID.csv`: LPS mm; a missing landmark has the status "missing" and no x, y, z and flag.

    Free descriptions have no column and are not written.

    Raises
    ------
    InputError
        If a label can't be held by a text file, or the folder can't be written.
    """
    for label in landmarks.labels:
        check_name(label, path, "label")
    write_table(path, COLUMNS, rows_of(landmarks, missing=""))


def rows_of(landmarks: LandmarkSet, missing: str) -> list[Sequence[str]]:
    """Cells of `COLUMNS` for each landmark, `missing` standing for numbers and flags that are not there."""
    rows: list[Sequence[str]] = []
    for label, point in zip(landmarks.labels, landmarks.points, strict=True):
        annotation = written_annotation(landmarks, label, math.isnan(point[0]))
        rows.append(
            [
                label,
                *point_texts(point, missing),
                number_text(annotation.error90_mm, missing),
                annotation.flag or missing,
                annotation.status,
                *(number_text(value, missing) for value in annotation.predicted),
                annotation.observer,
                annotation.time,
            ]
        )
    return rows
