"""Tables on the terminal."""

import sys
from collections.abc import Iterable, Sequence

_WIDE = 160


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> None:
    """Print rows under `columns`, those named in `right` flush right; cells are taken as they are."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*[Text(cell) for cell in row])
    # A pipe has no width: lines are not broken there more than a wide terminal would.
    Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False).print(table)


def size_text(length: int | None) -> str:
    """Bytes for a reader."""
    if length is None:
        return "of unknown length"
    return f"{length / 1e6:.1f} MB" if length >= 1e5 else f"{length / 1e3:.1f} kB"
