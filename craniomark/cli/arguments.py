"""Options that several commands share, and how their values are read."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from craniomark.ground.checks import InputError

Unit = Literal["mm", "um"]
Device = Literal["auto", "cpu", "cuda"]

Model = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME|PATH", help="Bundle; by default the only one that fits."),
]
Atlases = Annotated[
    Path | None,
    typer.Option("--atlases", metavar="DIR", help="Landmarked specimens that replace the model's patches."),
]
Spacing = Annotated[
    str | None,
    typer.Option("--spacing", metavar="X,Y,Z", help="Voxel size, for scans whose files do not tell it."),
]
UnitOption = Annotated[
    Unit, typer.Option("--unit", help="Unit of --spacing, or without it of the lengths in the files.")
]
DeviceOption = Annotated[Device, typer.Option("--device", help="Where to compute.")]


def parsed_spacing(text: str | None) -> tuple[float, float, float] | None:
    """Three positive numbers, or one for all axes, from ``X,Y,Z``.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 1:
        numbers *= 3
    if len(numbers) != 3 or not all(0 < number < float("inf") for number in numbers):
        remedy = "write three positive numbers, e.g. 0.05,0.05,0.1"
        raise InputError("--spacing", "value", repr(text), remedy)
    x, y, z = numbers
    return x, y, z


def parsed_shard(text: str | None) -> tuple[int, int]:
    """Part and number of parts from ``I/N``; (1, 1) without one.

    Raises
    ------
    InputError
        If it is not two whole numbers with 1 <= I <= N.
    """
    if text is None:
        return 1, 1
    index, _, count = text.partition("/")
    if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
        raise InputError("--shard", "value", repr(text), "write I/N with I from 1 to N, e.g. 1/4")
    return int(index), int(count)
