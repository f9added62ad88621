"""Result rows: CSV files that a stopped benchmark takes up again."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "results"


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a table; none where there is no file yet."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def append_rows(path: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Add rows; a new file starts with its columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(columns)
        writer.writerows(rows)


def show(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as aligned text."""
    widths = [max(len(str(r[i])) for r in [header, *rows]) for i in range(len(header))]
    padded = [[str(c).ljust(w) for c, w in zip(r, widths, strict=True)] for r in [header, *rows]]
    lines = ["  ".join(cells).rstrip() for cells in padded]
    return "\n".join([title, lines[0], "-" * len(lines[0]), *lines[1:], ""])
