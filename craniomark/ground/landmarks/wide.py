"""Tables with one specimen a line and three columns a landmark, shared by csv-wide and MorphoJ."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks.building import built, put
from craniomark.ground.landmarks.landmark_set import LandmarkSet
from craniomark.ground.landmarks.names import numbered
from craniomark.ground.landmarks.text import parse_point

COORDINATE = re.compile(r"(.+)_([xyz])", re.IGNORECASE | re.DOTALL)


def labels_of(columns: Sequence[str]) -> tuple[str, ...] | None:
    """Labels that columns such as ``Bregma_x, Bregma_y, Bregma_z`` name, or None where they don't."""
    if len(columns) % 3:
        return None
    labels = []
    for at in range(0, len(columns), 3):
        found = [COORDINATE.fullmatch(column) for column in columns[at : at + 3]]
        names = [match[1] for match in found if match]
        axes = "".join(match[2].lower() for match in found if match)
        if axes != "xyz" or len(set(names)) != 1:
            return None
        labels.append(names[0])
    return tuple(labels)


def columns_of(labels: Sequence[str], axes: str) -> list[str]:
    """Names of the three columns of each label."""
    return [f"{label}_{axis}" for label in labels for axis in axes]


def specimens_in(
    path: Path,
    columns: Sequence[str] | None,
    rows: Sequence[tuple[int, list[str]]],
    name: Callable[[str], str] = str,
) -> dict[str, LandmarkSet]:
    """Specimens of rows ``id, x, y, z, x, y, z, ...``; landmarks that `columns` don't name are numbered.

    Raises
    ------
    InputError
        If the number of coordinates is not a multiple of three or a cell is not a number.
    """
    if not rows:
        raise InputError(path, "specimens", "none", "give a table with at least one specimen")
    line, first = rows[0]
    if len(first) < 4 or (len(first) - 1) % 3:
        value = f"{len(first) - 1} coordinates"
        raise InputError(path, f"line {line}", value, "give an id and three coordinates for each landmark")
    found = None if columns is None else labels_of(columns)
    notes = () if found else ("The file names no landmarks; they are labelled 1 to n in its order.",)
    labels = tuple(name(label) for label in found) if found else numbered((len(first) - 1) // 3)
    cohort: dict[str, LandmarkSet] = {}
    for line, cells in rows:
        points = [
            parse_point(cells[at : at + 3], path, f"line {line}, landmark {label!r}")
            for label, at in zip(labels, range(1, len(cells), 3), strict=True)
        ]
        put(cohort, cells[0], built(path, labels, points, notes=notes), path)
    return cohort
