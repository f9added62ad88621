"""csv-long: one line for each landmark of each specimen, with everything that is known of it."""

from collections.abc import Mapping
from pathlib import Path

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks.building import put
from craniomark.ground.landmarks.landmark_set import LandmarkSet
from craniomark.ground.landmarks.names import check_cohort
from craniomark.ground.landmarks.specimen_csv import COLUMNS, landmarks_in, rows_of
from craniomark.ground.landmarks.table import Table, read_table, write_table


def read(path: Path) -> dict[str, LandmarkSet]:
    """Specimens of a table with the columns id, label, x, y, z and any others of the specimen table.

    Raises
    ------
    InputError
        If a column is missing, a cell is not what its column holds, or a label stands twice in a specimen.
    """
    table = read_table(path)
    at = table.column("id")
    if at is None:
        raise InputError(path, "column id", "missing", "give a table with the columns id, label, x, y and z")
    rows: dict[str, list[tuple[int, list[str]]]] = {}
    for line, cells in table.rows:
        rows.setdefault(cells[at], []).append((line, cells))
    if not rows:
        raise InputError(path, "specimens", "none", "give a table with at least one landmark")
    cohort: dict[str, LandmarkSet] = {}
    for specimen, lines in rows.items():
        put(cohort, specimen, landmarks_in(Table(table.header, lines), path), path)
    return cohort


def write(cohort: Mapping[str, LandmarkSet], path: Path) -> None:
    """Write every landmark of every specimen, LPS mm; what is not known or missing is NA.

    All specimens get the union of the labels in first-seen order.

    Raises
    ------
    InputError
        If an id or label can't be held by a text file.
    """
    labels = check_cohort(cohort, path)
    rows = [
        [specimen, *row]
        for specimen, landmarks in cohort.items()
        for row in rows_of(landmarks.ordered(labels), missing="NA")
    ]
    write_table(path, ("id", *COLUMNS), rows)
