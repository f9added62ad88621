"""MorphoJ's row/column text file: one line for each specimen."""

from collections.abc import Mapping
from pathlib import Path

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks.landmark_set import LandmarkSet
from craniomark.ground.landmarks.names import check_cohort, check_without, decode, encode
from craniomark.ground.landmarks.text import parse_number, point_texts, read_text
from craniomark.ground.landmarks.wide import columns_of, specimens_in

DELIMITERS = ",;\t"


def read(path: Path) -> dict[str, LandmarkSet]:
    """Specimens of a MorphoJ row/column file in LPS mm, delimited by commas, semicolons or tabs.

    As in MorphoJ, the first line is a header if one of its entries after the first is no number. Labels are
    taken from columns named ``A_X, A_Y, A_Z`` (percent-encoded letters are decoded); in any other file the
    landmarks are labelled "1" to "n". NA or an empty cell is a missing landmark.

    Raises
    ------
    InputError
        If lines differ in length, a cell is not a number, or an id or label stands twice.
    """
    lines = [(at, line) for at, line in enumerate(read_text(path).split("\n"), start=1) if line.strip()]
    delimiter = max(DELIMITERS, key=lines[0][1].count)
    rows = [(at, [cell.strip().strip('"') for cell in line.split(delimiter)]) for at, line in lines]
    for at, cells in rows:
        if len(cells) != len(rows[0][1]):
            value = f"{len(cells)} cells where the first line has {len(rows[0][1])}"
            raise InputError(path, f"line {at}", value, "make every line as long as the first")
    header = rows.pop(0)[1][1:] if _is_header(rows[0][1], path) else None
    return specimens_in(path, header, rows, name=decode)


def _is_header(cells: list[str], path: Path) -> bool:
    try:
        for cell in cells[1:]:
            parse_number(cell, path, "header")
    except InputError:
        return True
    return False


def write(cohort: Mapping[str, LandmarkSet], path: Path) -> None:
    """Write ``Subject,A_X,A_Y,A_Z,...`` in LPS mm; all specimens get the union of the labels.

    MorphoJ ignores the header and knows no quotes, so letters that would break the header are
    percent-encoded. Missing points are NA; MorphoJ itself takes complete data only, so that these landmarks
    or specimens have to be estimated or left out before its import.

    Raises
    ------
    InputError
        If an id holds a comma, semicolon, tab or quote, for which MorphoJ has no notation.
    """
    labels = check_cohort(cohort, path)
    header = ["Subject", *columns_of([encode(label, DELIMITERS + '"') for label in labels], "XYZ")]
    rows = [header]
    for specimen, landmarks in cohort.items():
        check_without(specimen, DELIMITERS + '"', path, "specimen id")
        rows.append([specimen])
        for point in landmarks.ordered(labels).points:
            rows[-1] += point_texts(point)
    with written_whole(path) as part:
        part.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8", newline="\n")
