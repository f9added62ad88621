"""``craniomark orient``: the pose of one scan."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from craniomark.cli.arguments import DeviceOption, Model, Spacing, UnitOption, parsed_spacing
from craniomark.cli.one_specimen import check_out, model_for, only_specimen, volume_of
from craniomark.cli.progress import shown_progress
from craniomark.cli.settings import settings

if TYPE_CHECKING:
    from craniomark.flows.pipeline.request import Request
    from craniomark.ground.specimens import Specimen
    from craniomark.tasks.orient import Orientation

Input = Annotated[Path, typer.Argument(metavar="INPUT", help="A scan.")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="OUT.tfm", help="Transform that is written.")]


def orient(
    path: Input,
    out: Out,
    model: Model = None,
    spacing: Spacing = None,
    unit: UnitOption = "mm",
    device: DeviceOption = "auto",
) -> None:
    """Find the pose of a skull and write it as a transform that SimpleITK and Slicer read."""
    from craniomark.flows.pipeline.prediction import Options
    from craniomark.flows.pipeline.request import Request
    from craniomark.flows.pipeline.transform_file import check_name, write_pose

    check_name(out)
    check_out(out, path)
    request = Request(out.parent, Options(device=device), model, None, parsed_spacing(spacing), unit)
    specimen = only_specimen(path)
    pose = find_pose(specimen, request)
    write_pose(pose.specimen_to_template, out)
    if not settings.quiet:
        typer.echo(
            f"score {pose.score:.3f}, verdict {pose.verdict}, turned by {pose.degrees:.1f} degrees, "
            f"size {pose.scale:.3f}: {out}"
        )
    if pose.verdict == "doubtful":
        print(f"{path}: the pose is doubtful; look at it before you use it.", file=sys.stderr)


def find_pose(specimen: "Specimen", request: "Request") -> "Orientation":
    """The pose of `specimen`.

    Raises
    ------
    InputError
        If there is no skull in it.
    """
    from craniomark.flows.pipeline.predict import NoSkullError
    from craniomark.flows.pipeline.predict import orient as search
    from craniomark.flows.pipeline.predictor import no_skull

    volume = volume_of(specimen, request)
    model = model_for(specimen, volume, request)
    with shown_progress(1) as shown:
        shown.started(specimen.id)
        try:
            pose = search(volume, model, partial(shown.step, specimen.id))
        except NoSkullError as nothing:
            raise no_skull(specimen, nothing) from nothing
    if pose.verdict == "none":
        raise no_skull(specimen, ValueError(pose.score))
    return pose
