"""Voxel size from the log that SkyScan scanners leave beside their slices."""

import re
from pathlib import Path

import numpy as np

from craniomark.ground.checks import InputError, limits

# The size after reconstruction stands before the one of the raw projections, which may be binned otherwise.
_FIELDS = ("pixel size (um)", "image pixel size (um)", "scaled image pixel size (um)")


def skyscan_spacing(folder: Path) -> tuple[float, float, float] | None:
    """Voxel size, mm, told by the .log files of a folder; None where they tell none.

    Raises
    ------
    InputError
        If two logs disagree.
    """
    logs = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".log" and path.is_file())
    told = {log: spacing for log in logs if (spacing := _spacing(log)) is not None}
    if not told:
        return None
    first = next(iter(told.values()))
    for log, spacing in told.items():
        if not np.allclose(spacing, first, rtol=1e-4):
            value = f"{spacing[0]:.6g} mm, and {first[0]:.6g} mm in {next(iter(told)).name}"
            raise InputError(log, "pixel size", value, "keep the log of this scan, or give --spacing X,Y,Z")
    return first


def _spacing(log: Path) -> tuple[float, float, float] | None:
    with log.open("rb") as stream:
        text = stream.read(limits.TEXT_HEADER_BYTES).decode("latin-1")
    lines = (line.partition("=") for line in text.splitlines())
    values = {name.strip().lower(): value.strip() for name, _, value in lines}
    pixel = next((number for field in _FIELDS if (number := _number(values.get(field))) is not None), None)
    if pixel is None:
        return None
    step = _number(values.get("section to section step")) or 1.0
    return pixel / 1000, pixel / 1000, pixel * step / 1000


def _number(text: str | None) -> float | None:
    match = re.match(r"[0-9.]+(?:[eE][-+]?[0-9]+)?", text or "")
    try:
        return float(match.group()) if match else None
    except ValueError:
        return None
