"""Text files read with suspicion: encoding, size, numbers and points."""

import math
from collections.abc import Sequence
from pathlib import Path

from numpy.typing import NDArray

from craniomark.ground.checks import InputError

LARGEST_FILE_BYTES = 256 * 2**20
MISSING = ("", "na", "nan", "n/a")
MISSING_CODES = (9999.0, -9999.0)
NOT_A_POINT = (math.nan, math.nan, math.nan)
DECIMALS = 6

Point = tuple[float, float, float]


def read_text(path: Path) -> str:
    """Text of `path` with line ends as ``\\n``.

    Raises
    ------
    InputError
        If the file is missing, empty, too large for a landmark file, or not UTF-8 text.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES:
            raise InputError(path, "size", f"{size} bytes", "give a landmark file, not an image or mesh")
        data = path.read_bytes()
    except OSError as error:
        value = f"not readable ({error.strerror})"
        raise InputError(path, "file", value, "check its name and folder") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        value = f"not UTF-8 text at byte {error.start}"
        raise InputError(path, "content", value, "give a landmark file, saved as UTF-8 text") from error
    if "\0" in text:
        raise InputError(path, "content", "binary", "give a landmark file, saved as UTF-8 text")
    if not text.strip():
        raise InputError(path, "content", "empty", "give a file with landmarks in it")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_number(text: str, path: Path, where: str) -> float:
    """A finite number, or NaN where `text` is empty or says NA; else InputError naming `where`."""
    text = text.strip()
    if text.lower() in MISSING:
        return math.nan
    try:
        number = float(text) if "_" not in text else math.inf
    except ValueError:
        number = math.inf
    if not math.isfinite(number):
        raise InputError(path, where, repr(text), "write a number with a decimal point, or NA")
    return number


def parse_point(texts: Sequence[str], path: Path, where: str) -> Point:
    """Three coordinates, or NaN three times for a missing point; else InputError naming `where`."""
    if len(texts) != 3:
        raise InputError(path, where, f"{len(texts)} coordinates", "write three coordinates, x y z")
    x, y, z = (parse_number(text, path, where) for text in texts)
    if 0 < sum(math.isnan(value) for value in (x, y, z)) < 3:
        raise InputError(path, where, ",".join(texts), "write all three coordinates, or NA for all three")
    return x, y, z


def number_text(value: float, missing: str = "NA") -> str:
    """`value` to a millionth of its unit, or `missing` for NaN."""
    if not math.isfinite(value):
        return missing
    return f"{value + 0.0:.{DECIMALS}f}".replace("-0.000000", "0.000000")


def point_texts(point: NDArray, missing: str = "NA") -> list[str]:
    """Three coordinates as text."""
    return [number_text(float(value), missing) for value in point]
