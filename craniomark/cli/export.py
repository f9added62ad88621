"""``craniomark export``: landmarks in the formats that morphometrics programs read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from craniomark.cli.settings import settings
from craniomark.ground.checks import InputError

if TYPE_CHECKING:
    from craniomark.ground.landmarks import LandmarkSet

Format = Literal["csv-long", "csv-wide", "mrk.json", "fcsv", "morphoj", "tps", "nts", "morphologika"]
Inputs = Annotated[
    list[Path],
    typer.Argument(metavar="IN...", help="Output folders of process, or landmark files of any format."),
]
Out = Annotated[
    Path, typer.Option("-o", "--out", metavar="OUT", help="File, or folder for mrk.json and fcsv.")
]
FormatOption = Annotated[Format, typer.Option("--format", help="What to write.")]


def export(inputs: Inputs, out: Out, format: FormatOption) -> None:
    """Write landmarks of one or many specimens for morphometrics programs; missing ones stay NA."""
    from craniomark.ground.landmarks import write_cohort

    cohort = gathered(inputs)
    write_cohort(cohort, out, format)
    if not settings.quiet:
        typer.echo(f"{len(cohort)} specimens written: {out}")


def gathered(inputs: list[Path]) -> dict[str, "LandmarkSet"]:
    """Landmarks by specimen id of all inputs together.

    Raises
    ------
    InputError
        If an id stands in two inputs, or an input holds no landmarks.
    """
    cohort: dict[str, LandmarkSet] = {}
    where: dict[str, Path] = {}
    for path in inputs:
        for name, landmarks in _read(path).items():
            if name in cohort:
                remedy = f"leave one out; {where[name]} holds it too"
                raise InputError(path, "specimen id", repr(name), remedy)
            cohort[name], where[name] = landmarks, path
    return cohort


def _read(path: Path) -> dict[str, "LandmarkSet"]:
    """An output folder by its ID.csv, which hold all that a review changed; else whatever is there."""
    from craniomark.flows.report.collect import collect
    from craniomark.ground.landmarks import read_cohort

    if path.is_dir():
        try:
            results = collect(path)
        except InputError:
            return read_cohort(path)
        done = {one.record.id: one.landmarks for one in results if one.landmarks is not None}
        if not done:
            raise InputError(path, "content", "only refused specimens", "see its summary.csv")
        return dict(sorted(done.items()))
    return read_cohort(path)
