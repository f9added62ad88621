"""``craniomark orient``: the pose of one scan."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from craniomark.cli.arguments import DeviceOption, Model, Spacing, UnitOption, parsed_spacing
from craniomark.cli.one_specimen import MANY, model_for, volume_of
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
    from craniomark.flows.pipeline.single import check_file, only_specimen
    from craniomark.flows.pipeline.transform_file import check_name, write_pose

    check_name(out)
    check_file(out, path)
    request = Request(out.parent, Options(device=device), model, None, parsed_spacing(spacing), unit)
    specimen = only_specimen(path, MANY)
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
    from craniomark.flows.pipeline.single import pose_of

    volume = volume_of(specimen, request)
    model = model_for(specimen, volume, request)
    with shown_progress(1) as shown:
        shown.started(specimen.id)
        return pose_of(specimen, volume, model, partial(shown.step, specimen.id))
