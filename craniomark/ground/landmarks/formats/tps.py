"""TPS, the format of Rohlf's programs and of geomorph."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath

import numpy as np

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks.building import built, put
from craniomark.ground.landmarks.landmark_set import LandmarkSet
from craniomark.ground.landmarks.names import check_cohort, decode, encode, numbered
from craniomark.ground.landmarks.text import Point, parse_number, parse_point, point_texts, read_text

NAMES = "landmarks:"
KEYWORD = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*)\s*=(.*)", re.DOTALL)


@dataclass
class _Record:
    line: int
    count: int
    points: list[Point] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> dict[str, LandmarkSet]:
    """Specimens of a TPS file with three-dimensional landmarks (LM3=), LPS mm.

    Ids come from ID=, else from IMAGE=, else they are "1" to "n". SCALE= multiplies the coordinates. TPS has
    no names for landmarks: a line ``COMMENT=landmarks: A B C`` (percent-encoded), as `write` makes it, is
    obeyed, else they are labelled "1" to "n". Curves are left out, with a note. NA is a missing coordinate.

    Raises
    ------
    InputError
        If the file is two-dimensional, ends too early, has another number of landmarks in each specimen, or
        an id stands twice.
    """
    records = _records(path)
    counts = {record.count for record in records if NAMES not in record.values.get("COMMENT", "")}
    if len(counts) > 1:
        value = f"{min(counts)} and {max(counts)}"
        remedy = "give every specimen the same landmarks, with NA for missing ones"
        raise InputError(path, "LM3", value, remedy)
    cohort: dict[str, LandmarkSet] = {}
    for number, record in enumerate(records, start=1):
        if len(record.points) != record.count:
            value = f"{record.count} with {len(record.points)} points after it"
            raise InputError(path, f"line {record.line}, LM3", value, "complete the file")
        image = PureWindowsPath(record.values.get("IMAGE", "")).stem
        specimen = record.values.get("ID", "") or image or str(number)
        put(cohort, specimen, _landmarks(record, path), path)
    return cohort


def _records(path: Path) -> list[_Record]:
    records: list[_Record] = []
    for line, text in enumerate(read_text(path).split("\n"), start=1):
        match = KEYWORD.match(text)
        where = f"line {line}"
        if match and match[1].upper() in ("LM", "LM3"):
            if match[1].upper() == "LM":
                raise InputError(path, where, repr(text.strip()), "give three-dimensional landmarks (LM3=)")
            if not match[2].strip().isdecimal() or int(match[2]) == 0:
                raise InputError(path, where, repr(text.strip()), "write how many landmarks follow")
            records.append(_Record(line, int(match[2])))
        elif text.strip() and not records:
            raise InputError(path, where, repr(text.strip()[:40]), "begin the file with LM3= and a number")
        elif match:
            records[-1].values.setdefault(match[1].upper(), match[2].strip())
        elif text.strip() and "CURVES" not in records[-1].values:
            records[-1].points.append(parse_point(text.split(), path, where))
    return records


def _landmarks(record: _Record, path: Path) -> LandmarkSet:
    notes: tuple[str, ...] = ()
    if "CURVES" in record.values:
        notes = ("The curves of the file are left out; only its landmarks are read.",)
    scale = parse_number(record.values.get("SCALE", "1"), path, f"SCALE after line {record.line}")
    if not scale > 0:
        value = record.values["SCALE"]
        raise InputError(path, f"SCALE after line {record.line}", value, "write a positive scale in mm")
    comment = record.values.get("COMMENT", "")
    labels = numbered(record.count)
    if comment.startswith(NAMES):
        labels = tuple(decode(word) for word in comment.removeprefix(NAMES).split())
    if len(labels) != record.count:
        value = f"{len(labels)} names for {record.count} landmarks"
        raise InputError(path, f"COMMENT after line {record.line}", value, "name every landmark or none")
    return built(path, labels, np.array(record.points) * scale, notes=notes)


def write(cohort: Mapping[str, LandmarkSet], path: Path) -> None:
    """Write LM3=, points in LPS mm (missing ones NA), ID=, SCALE=1 and the labels in a COMMENT= line.

    All specimens get the union of the labels in first-seen order; programs that know no labels pair by it.

    Raises
    ------
    InputError
        If an id or label can't be held by a text file.
    """
    labels = check_cohort(cohort, path)
    names = " ".join(encode(label, "") for label in labels)
    lines = []
    for specimen, landmarks in cohort.items():
        lines.append(f"LM3={len(labels)}")
        lines += [" ".join(point_texts(point)) for point in landmarks.ordered(labels).points]
        lines += [f"ID={specimen}", "SCALE=1", f"COMMENT={NAMES} {names}", ""]
    with written_whole(path) as part:
        part.write_text("\n".join(lines), encoding="utf-8", newline="\n")
