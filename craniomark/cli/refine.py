"""``craniomark refine``: given landmarks, moved by local registration."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from craniomark.cli.arguments import Atlases, DeviceOption, Model, Spacing, UnitOption, parsed_spacing
from craniomark.cli.one_specimen import MANY, model_for, volume_of
from craniomark.cli.progress import shown_progress
from craniomark.cli.settings import settings
from craniomark.ground.checks import InputError

if TYPE_CHECKING:
    from craniomark.ground.landmarks import LandmarkSet

Input = Annotated[Path, typer.Argument(metavar="INPUT", help="A scan.")]
Landmarks = Annotated[Path, typer.Argument(metavar="LANDMARKS", help="Its landmarks, in any format.")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="OUT", help="Landmark file that is written.")]
Only = Annotated[
    str | None, typer.Option("--only", metavar="L,L", help="Labels that may move; by default all.")
]
Check = Annotated[
    bool,
    typer.Option(
        "--check", help="Move nothing: only estimate the error of each point and flag doubtful ones."
    ),
]


def refine(
    path: Input,
    landmarks: Landmarks,
    out: Out,
    only: Only = None,
    check: Check = False,
    model: Model = None,
    atlases: Atlases = None,
    spacing: Spacing = None,
    unit: UnitOption = "mm",
    device: DeviceOption = "auto",
) -> None:
    """Refine landmarks of one scan by local registration; a point moves only where that fits better.

    Points that stay get an error estimate from how far they lie from where the model puts them.
    """
    from craniomark.flows.pipeline.prediction import Options
    from craniomark.flows.pipeline.request import Request
    from craniomark.flows.pipeline.single import check_file, only_specimen, work_words, worked_over
    from craniomark.ground.landmarks import read_landmarks, write_landmarks

    check_file(out, path, landmarks)
    start = read_landmarks(landmarks)
    chosen = parsed_labels(only, start, landmarks)
    request = Request(out.parent, Options(device=device), model, atlases, parsed_spacing(spacing), unit)
    specimen = only_specimen(path, MANY)
    volume = volume_of(specimen, request)
    loaded = model_for(specimen, volume, request)
    with shown_progress(1) as shown:
        shown.started(specimen.id)
        told = partial(shown.step, specimen.id)
        found = worked_over(volume, landmarks, start, loaded, chosen, not check, told)
    write_landmarks(found, out)
    if not settings.quiet:
        typer.echo(f"{work_words(start, found, not check)}: {out}")


def parsed_labels(text: str | None, landmarks: "LandmarkSet", path: Path) -> tuple[str, ...] | None:
    """Labels of ``--only``; None for all.

    Raises
    ------
    InputError
        If one is not in the file.
    """
    if text is None:
        return None
    labels = [part.strip() for part in text.split(",") if part.strip()]
    if not labels:
        raise InputError("--only", "label", "empty", f"name labels of {path.name}, or leave it out")
    from craniomark.flows.pipeline.single import known_labels

    return known_labels(labels, landmarks, path, "--only")
