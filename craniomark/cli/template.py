"""``craniomark template``: a bundle from a folder of landmarked scans."""

import csv
import os
import shlex
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from craniomark.cli.progress import shown_progress
from craniomark.cli.settings import settings
from craniomark.ground.checks import InputError

Inputs = Annotated[
    list[Path], typer.Argument(metavar="DIR...", help="Landmarked CTs: folders, files or a list.")
]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="OUT", help="Folder of the bundle that is made.")]
Name = Annotated[str | None, typer.Option("--name", help="Name of the bundle; by default that of OUT.")]
Version = Annotated[str, typer.Option("--model-version", help="Which making of the bundle this is.")]
Species = Annotated[str, typer.Option("--species", help="What the scans show.")]
Licence = Annotated[str, typer.Option("--licence", help="Under which the bundle may be used.")]
Citation = Annotated[str, typer.Option("--citation", help="How to cite it.")]
Definitions = Annotated[
    Path | None,
    typer.Option("--definitions", metavar="CSV", help="Columns label,definition: where each lies."),
]
SpacingMm = Annotated[
    float, typer.Option("--template-spacing", min=0.05, max=2.0, help="Of the average, mm.")
]
Modes = Annotated[int, typer.Option("--modes", min=0, max=50, help="Shape modes that are kept.")]
AppearanceModes = Annotated[
    int,
    typer.Option("--appearance-modes", min=0, max=3, help="Modes of each landmark's patches."),
]
Rounds = Annotated[
    int, typer.Option("--rounds", min=1, max=20, help="Most rounds of the deformable average.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of the starts in the calibration.")]


def template(
    inputs: Inputs,
    out: Out,
    name: Name = None,
    version: Version = "1.0.0",
    species: Species = "not told",
    licence: Licence = "not told",
    citation: Citation = "not told",
    definitions: Definitions = None,
    spacing: SpacingMm = 0.2,
    modes: Modes = 3,
    appearance_modes: AppearanceModes = 0,
    rounds: Rounds = 4,
    seed: Seed = 1,
) -> None:
    """Make a bundle from landmarked CTs: average, mean landmarks, shape modes, patches, error model."""
    from craniomark.flows.template import TemplateSettings, build_template

    settings_of_bundle = TemplateSettings(
        name=name or out.name,
        version=version,
        species=species,
        licence=licence,
        citation=citation,
        spacing=spacing,
        modes=modes,
        appearance_modes=appearance_modes,
        rounds=rounds,
        seed=seed,
        definitions=read_definitions(definitions) if definitions else None,
        command=told_command(sys.argv[1:]),
    )
    with shown_progress(1) as shown:
        shown.started(settings_of_bundle.name)
        build_template(inputs, out, settings_of_bundle, partial(shown.step, settings_of_bundle.name))
    if not settings.quiet:
        typer.echo(f"{out}: made; look at it with: craniomark bundle show {out}")


def told_command(arguments: Sequence[str]) -> str:
    """The command line for the manifest, the data folder named by its variable and not by this machine."""
    data = os.environ.get("CRANIOMARK_DATA")
    line = shlex.join(["craniomark", *arguments])
    return line.replace(data.rstrip("/"), "$CRANIOMARK_DATA") if data else line


def read_definitions(path: Path) -> dict[str, str]:
    """Definitions by label from a table with the columns label and definition.

    Raises
    ------
    InputError
        If the file can't be read or lacks a column.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            path, "definitions", f"not readable ({error})", "give a CSV table in UTF-8"
        ) from error
    if not rows or not {"label", "definition"} <= set(rows[0]):
        columns = ", ".join(rows[0]) if rows else "none"
        raise InputError(path, "columns", columns, "name two of them label and definition")
    return {row["label"]: row["definition"] or "" for row in rows}
