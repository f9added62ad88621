"""Tables of comma-, semicolon- or tab-separated values, each row as wide as the header."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.landmarks.text import read_text

DELIMITERS = (",", ";", "\t")
FIRST_COLUMNS = ("id", "subject", "label", "x")


@dataclass(frozen=True)
class Table:
    """Cells of a table.

    Attributes
    ----------
    header : list of str
        First row, cells stripped.
    rows : list of (int, list of str)
        Line number in the file and cells, stripped.
    """

    header: list[str]
    rows: list[tuple[int, list[str]]]

    def column(self, name: str) -> int | None:
        """Number of the column called `name`, in any case, or None."""
        names = [cell.lower() for cell in self.header]
        return names.index(name.lower()) if name.lower() in names else None


def read_table(path: Path) -> Table:
    """Table in a text file.

    Raises
    ------
    InputError
        If a row has another number of cells than the header, or quotes don't close.
    """
    text = read_text(path)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        remedy = "close its quotes and save the table again"
        raise InputError(path, f"line {reader.line_num}", f"broken ({error})", remedy) from error
    header = rows[0][1]
    for number, cells in rows:
        if len(cells) != len(header):
            value = f"{len(cells)} cells where the header has {len(header)}"
            raise InputError(path, f"line {number}", value, "make every line as long as the header")
    return Table(header, rows[1:])


def _delimiter(text: str) -> str:
    first = next(line for line in text.split("\n") if line.strip())
    parsed = {mark: next(csv.reader([first], delimiter=mark)) for mark in DELIMITERS}
    for mark, cells in parsed.items():
        if len(cells) > 1 and cells[0].strip().lower() in FIRST_COLUMNS:
            return mark
    return max(DELIMITERS, key=lambda mark: len(parsed[mark]))


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a comma-separated table, whole or not at all."""
    with written_whole(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
