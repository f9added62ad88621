"""fcsv, Slicer's older file of fiducial points (versions 4.x and 5.x of its header)."""

import csv
import io
import math
import re
from pathlib import Path

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks.building import built, written_annotation
from craniomark.ground.landmarks.descriptions import annotation_of, description_of
from craniomark.ground.landmarks.landmark_set import Annotation, LandmarkSet
from craniomark.ground.landmarks.names import check_name
from craniomark.ground.landmarks.text import NOT_A_POINT, parse_point, point_texts, read_text

GEOMETRY = ("id", "x", "y", "z", "ow", "ox", "oy", "oz", "vis", "sel", "lock")
COLUMNS = (*GEOMETRY, "label", "desc", "associatedNodeID")
SYSTEMS = {"LPS": -1.0, "1": -1.0, "RAS": 1.0, "0": 1.0}
FIRST_LPS_VERSION = (4, 11)
LONGEST_LINE_BYTES = 1023


def read(path: Path) -> LandmarkSet:
    """Landmarks of one specimen.

    The header's coordinate system is obeyed (LPS or 1, RAS or 0). Where there is none, Slicer's default of
    the file's version holds: RAS before 4.11, LPS since. The format can't say that a point is missing: NA or
    nothing for coordinates, or a description that says ``status=missing``, as `write` makes it, does.

    Raises
    ------
    InputError
        If the coordinate system is another one, a line is too short, a coordinate is not a number, or a
        label is empty or stands twice.
    """
    comments, lines = [], []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.startswith("#"):
            comments.append(line[1:].strip())
        elif line.strip():
            lines.append((number, line))
    values = dict(comment.split(" = ", 1) for comment in comments if " = " in comment)
    version = values.get("Markups fiducial file version", "")
    if not version:
        remedy = "give a file that begins with '# Markups fiducial file version = 4.11'"
        raise InputError(path, "header", "missing", remedy)
    sign, notes = _sign(values.get("CoordinateSystem", "").strip(), version, path)
    columns = [column.strip() for column in values.get("columns", ",".join(COLUMNS)).split(",")]
    if not {"x", "y", "z", "label"} <= set(columns):
        remedy = "name x, y, z and label among them"
        raise InputError(path, "header, columns", repr(",".join(columns)), remedy)
    labels, points, annotations = [], [], {}
    for number, line in lines:
        cells = dict(zip(columns, _cells(line, path, number), strict=False))
        if not {"x", "y", "z", "label"} <= set(cells):
            value = f"{len(cells)} cells"
            raise InputError(path, f"line {number}", value, "complete the line, down to its label")
        texts = [cells[axis] for axis in "xyz"]
        x, y, z = parse_point(texts, path, f"line {number}, position")
        annotation = annotation_of(cells.get("desc", ""))
        labels.append(cells["label"].strip())
        points.append(NOT_A_POINT if annotation.status == "missing" else (-sign * x, -sign * y, z))
        if math.isnan(x) and annotation.status != "missing":
            annotation = Annotation(status="missing", description=annotation.description)
        annotations[labels[-1]] = annotation
    return built(path, labels, points, annotations, notes)


def _sign(system: str, version: str, path: Path) -> tuple[float, tuple[str, ...]]:
    if system.upper() in SYSTEMS:
        return SYSTEMS[system.upper()], ()
    if system:
        raise InputError(path, "CoordinateSystem", repr(system), "save the points in LPS or RAS")
    number = re.match(r"\s*(\d+)\.(\d+)", version)
    is_lps = number is not None and (int(number[1]), int(number[2])) >= FIRST_LPS_VERSION
    name = "LPS" if is_lps else "RAS"
    note = f"The file names no coordinate system; {name} is taken, as Slicer {version} does."
    return SYSTEMS[name], (note,)


def _cells(line: str, path: Path, number: int) -> list[str]:
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        raise InputError(path, f"line {number}", f"broken ({error})", "close its quotes") from error


def write(landmarks: LandmarkSet, path: Path) -> None:
    """Write one specimen, LPS mm, with error and status in the description.

    A missing point has NA for coordinates and is neither visible nor selected. R's readers take NA; Slicer
    puts such a point at the origin, hidden, since the format has no better way: use mrk.json for Slicer.

    Raises
    ------
    InputError
        If a label can't be held or a line is longer than Slicer reads (1023 bytes).
    """
    lines = [
        "# Markups fiducial file version = 5.6",
        "# CoordinateSystem = LPS",
        f"# columns = {','.join(COLUMNS)}",
    ]
    for number, (label, point) in enumerate(zip(landmarks.labels, landmarks.points, strict=True), start=1):
        missing = math.isnan(point[0])
        description = " ".join(description_of(written_annotation(landmarks, label, missing)).split("\n"))
        shown = "0" if missing else "1"
        flags = ["0", "0", "0", "1", shown, shown, "0"]
        texts = [check_name(label, path, "label"), description, ""]
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="").writerow([number, *point_texts(point), *flags, *texts])
        if len(buffer.getvalue().encode()) > LONGEST_LINE_BYTES:
            remedy = "shorten its label or description; Slicer reads 1023 bytes a line"
            raise InputError(path, f"landmark {label[:40]!r}", "too long", remedy)
        lines.append(buffer.getvalue())
    with written_whole(path) as part:
        part.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
