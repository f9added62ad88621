"""csv-wide: one line for each specimen, three columns for each landmark."""

from collections.abc import Mapping
from pathlib import Path

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks.landmark_set import LandmarkSet
from craniomark.ground.landmarks.names import check_cohort
from craniomark.ground.landmarks.table import read_table, write_table
from craniomark.ground.landmarks.text import point_texts
from craniomark.ground.landmarks.wide import columns_of, labels_of, specimens_in


def read(path: Path) -> dict[str, LandmarkSet]:
    """Specimens of a table with the columns id, A_x, A_y, A_z, B_x, ... in LPS mm; NA or empty is missing.

    Raises
    ------
    InputError
        If the header is another one, a cell is not a number, or an id or label stands twice.
    """
    table = read_table(path)
    if table.header[0].lower() != "id" or labels_of(table.header[1:]) is None:
        remedy = "give the columns id, A_x, A_y, A_z and so on for each landmark"
        raise InputError(path, "header", repr(",".join(table.header[:4])), remedy)
    return specimens_in(path, table.header[1:], table.rows)


def write(cohort: Mapping[str, LandmarkSet], path: Path) -> None:
    """Write positions only, LPS mm, missing ones as NA; all specimens get the union of the labels.

    Raises
    ------
    InputError
        If an id or label can't be held by a text file.
    """
    labels = check_cohort(cohort, path)
    rows = [
        [specimen, *(text for point in landmarks.ordered(labels).points for text in point_texts(point))]
        for specimen, landmarks in cohort.items()
    ]
    write_table(path, ["id", *columns_of(labels, "xyz")], rows)
