"""What NRRD and MetaImage headers share: lines of text before, or beside, the voxels."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from craniomark.ground.checks import InputError, limits
from craniomark.ground.volumes.header import COPY_AGAIN


def header_lines(path: Path, stream: BinaryIO) -> Iterator[str]:
    """Lines of a text header, without line ends; the stream stands after each line as it is yielded.

    Raises
    ------
    InputError
        If the header is longer than `limits.TEXT_HEADER_BYTES`.
    """
    left = limits.TEXT_HEADER_BYTES
    while line := stream.readline(left + 1):
        left -= len(line)
        if left < 0:
            raise InputError(path, "header", "longer than a header can be", COPY_AGAIN)
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")


def integer(path: Path, field: str, text: str) -> int:
    """One integer of a header."""
    try:
        return int(text)
    except ValueError as error:
        raise _no_number(path, field, text) from error


def integers(path: Path, field: str, text: str) -> list[int]:
    """Integers of a header, separated by spaces."""
    return [integer(path, field, word) for word in text.split()]


def floats(path: Path, field: str, text: str, count: int) -> list[float]:
    """The first `count` numbers of a header's field, separated by spaces or commas; NaN is let through."""
    try:
        values = [float(word) for word in text.replace(",", " ").split()]
    except ValueError as error:
        raise _no_number(path, field, text) from error
    if len(values) < count:
        raise InputError(path, field, text.strip() or "empty", f"it needs {count} numbers; {COPY_AGAIN}")
    return values[:count]


def detached(path: Path, field: str, name: str) -> Path:
    """Data file that a header names, beside the header unless the name is a whole path."""
    name = name.strip()
    if not name or "\0" in name or re.search(r"%[0-9]*d", name) or name.split()[0] == "LIST":
        remedy = "voxels in several files are not read; save the image as one file"
        raise InputError(path, field, repr(name[:80]), remedy)
    return path.parent / name


def _no_number(path: Path, field: str, text: str) -> InputError:
    return InputError(path, field, repr(text[:60]), f"it is no number; {COPY_AGAIN}")
