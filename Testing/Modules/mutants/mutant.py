"""A planted mistake."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """A file with one mistake.

    Attributes
    ----------
    kind : str
        E.g. ``"connection lost"``.
    file : pathlib.Path
        Within the repository.
    line : int
        Where.
    what : str
        What was changed.
    text : str
        The whole file with the mistake.
    """

    kind: str
    file: Path
    line: int
    what: str
    text: str

    @property
    def name(self) -> str:
        """Tells it from others, in reports and lists of exceptions; without the line, which moves."""
        return f"{self.file.as_posix()}: {self.kind}: {self.what}"

    def __str__(self) -> str:
        return f"{self.file.as_posix()}:{self.line}: {self.kind}: {self.what}"


class Source:
    """A text whose parts can be replaced by line and column."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line.encode()))

    def replaced(self, start: tuple[int, int], end: tuple[int, int], new: str) -> str:
        """The text with a part replaced; lines from 1, columns in bytes as `ast` counts them."""
        raw = self.text.encode()
        first, last = self._starts[start[0] - 1] + start[1], self._starts[end[0] - 1] + end[1]
        return (raw[:first] + new.encode() + raw[last:]).decode()

    def of(self, node: object, new: str) -> str:
        """The text with a node of the syntax tree replaced."""
        return self.replaced(
            (node.lineno, node.col_offset),  # type: ignore[attr-defined]
            (node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
            new,
        )
