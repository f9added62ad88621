"""CSV tables of shape models."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from craniomark.ground.checks import written_whole


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table whole or not at all; without columns, it has no header."""
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if columns:
            writer.writerow(columns)
        writer.writerows(rows)
