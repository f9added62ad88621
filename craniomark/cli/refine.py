"""``craniomark refine``: given landmarks, moved by local registration."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from craniomark.cli.arguments import Atlases, DeviceOption, Model, Spacing, UnitOption, parsed_spacing
from craniomark.cli.one_specimen import check_out, model_for, only_specimen, volume_of
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
    from craniomark.ground.landmarks import read_landmarks, write_landmarks

    check_out(out, path, landmarks)
    start = read_landmarks(landmarks)
    chosen = parsed_labels(only, start, landmarks)
    request = Request(out.parent, Options(device=device), model, atlases, parsed_spacing(spacing), unit)
    specimen = only_specimen(path)
    volume = volume_of(specimen, request)
    loaded = model_for(specimen, volume, request)
    from craniomark.flows.pipeline.assess import assess
    from craniomark.flows.pipeline.predict import NoPoseError
    from craniomark.flows.pipeline.predict import refine as search

    with shown_progress(1) as shown:
        shown.started(specimen.id)
        try:
            told = partial(shown.step, specimen.id)
            judged = assess(volume, start, loaded, chosen if check else None, told)
            found = judged if check else search(volume, judged, loaded, chosen, told)
        except NoPoseError as lacking:
            remedy = "give at least three of the model's, by its labels and not on one line"
            raise InputError(landmarks, "usable landmarks", lacking.known, remedy) from lacking
    write_landmarks(found, out)
    if not settings.quiet:
        typer.echo(f"{_done(start, found, check)}: {out}")


def parsed_labels(text: str | None, landmarks: "LandmarkSet", path: Path) -> tuple[str, ...] | None:
    """Labels of ``--only``; None for all.

    Raises
    ------
    InputError
        If one is not in the file.
    """
    if text is None:
        return None
    labels = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [label for label in labels if label not in landmarks.labels]
    if unknown or not labels:
        have = ", ".join(landmarks.labels[:8]) + (", ..." if len(landmarks) > 8 else "")
        value = repr(unknown[0]) if unknown else "empty"
        raise InputError("--only", "label", value, f"name labels of {path.name}, which has {have}")
    return labels


def _done(start: "LandmarkSet", found: "LandmarkSet", check: bool) -> str:
    doubtful = sum(found.annotation(label).flag == "review" for label in found.labels)
    moved = f"{_moved(start, found)} of {len(found)} landmarks moved"
    return (
        f"{len(found)} landmarks checked, {doubtful} to review" if check else f"{moved}, {doubtful} to review"
    )


def _moved(start: "LandmarkSet", found: "LandmarkSet") -> int:
    import numpy as np

    same = np.isclose(found.ordered(start.labels).points, start.points, atol=1e-6, equal_nan=True)
    return int((~same.all(axis=1)).sum())
