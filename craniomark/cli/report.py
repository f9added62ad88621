"""``craniomark report``: tables and report anew from the files of a folder."""

from pathlib import Path
from typing import Annotated

import typer

from craniomark.cli.settings import settings

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Output folder of process.")]


def report(folder: Folder) -> None:
    """Build landmarks.csv, summary.csv and report.html anew, after a review or when all shards have ended."""
    from craniomark.flows.report import build_report

    built = build_report(folder)
    if not settings.quiet:
        typer.echo(f"{built.done} done, {len(built.refused)} refused: {folder / 'report.html'}")
