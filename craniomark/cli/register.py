"""``craniomark register``: one image brought onto another."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from craniomark.cli.arguments import DeviceOption, Model, Spacing, UnitOption, parsed_spacing
from craniomark.cli.progress import shown_progress
from craniomark.cli.settings import settings

Fixed = Annotated[Path, typer.Argument(metavar="FIXED", help="A scan; it stays where it is.")]
Moving = Annotated[Path, typer.Argument(metavar="MOVING", help="The scan that is brought onto it.")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder of the results.")]
MethodName = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="NAME",
        help="How; e.g. affine, hyreg; or atlas, with a folder of landmarked scans as MOVING.",
    ),
]
Steps = Annotated[
    int | None,
    typer.Option("--steps", min=0, metavar="N", help="Steps of refinement; 0 keeps the network's answer."),
]


def register(
    fixed: Fixed,
    moving: Moving,
    out: Out,
    method: MethodName = "affine",
    steps: Steps = None,
    model: Model = None,
    spacing: Spacing = None,
    unit: UnitOption = "mm",
    device: DeviceOption = "auto",
) -> None:
    """Bring a scan onto another: transform.h5 for SimpleITK and Slicer, warped.nii.gz, report.json."""
    from craniomark.flows.pipeline.model import chosen_device
    from craniomark.flows.registration.methods import Options, method_of

    if method == "atlas":
        _by_atlases(fixed, moving, out, str(chosen_device(device)))
        return
    from craniomark.flows.registration.pair import read_pair
    from craniomark.flows.registration.run import check_folder, registered, write_registration

    chosen = method_of(method)
    check_folder(out)
    options = Options(steps, model, chosen_device(device))
    pair = read_pair(fixed, moving, options.device, parsed_spacing(spacing), unit)
    name = moving.name
    with shown_progress(1) as shown:
        shown.started(name)

        def told(step: str, part: float) -> None:
            shown.step(name, step, part)

        done = registered(pair, chosen, options, told)
        report = write_registration(done, pair, chosen, options, out, told)
    if not settings.quiet:
        similarity = report["similarity"]
        typer.echo(
            f"{method}: verdict {done.verdict}, correlation {similarity['before']:.3f} -> "
            f"{similarity['after']:.3f}, folding {done.folding:.3g} %, {done.seconds:.1f} s: {out}"
        )
    if done.verdict != "good":
        word = "nothing in common" if done.verdict == "none" else "a doubtful fit"
        print(f"{moving}: {word} with {fixed}; look at it before you use it.", file=sys.stderr)


def _by_atlases(scan: Path, folder: Path, out: Path, device: str) -> None:
    from craniomark.flows.registration.atlases import landmarks_by_atlases
    from craniomark.flows.registration.run import check_folder

    check_folder(out)
    with shown_progress(1) as shown:
        shown.started(scan.name)
        done = landmarks_by_atlases(
            scan, folder, out, device, lambda step, part: shown.step(scan.name, step, part)
        )
    if not settings.quiet:
        spread = done.mean_spread_mm
        typer.echo(f"atlas: {len(done.results)} atlases, which differ by {spread:.3f} mm in the mean: {out}")
