"""``craniomark process``: any pose to landmarks, pictures and report."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from craniomark.cli.arguments import (
    Atlases,
    DeviceOption,
    Model,
    Spacing,
    UnitOption,
    parsed_shard,
    parsed_spacing,
)
from craniomark.cli.exits import SomeRefused
from craniomark.cli.progress import shown_progress
from craniomark.cli.settings import settings
from craniomark.ground.checks import InputError

if TYPE_CHECKING:
    from craniomark.flows.pipeline.cohort import Crew
    from craniomark.flows.pipeline.request import PredictorMaker, Request

Inputs = Annotated[
    list[Path], typer.Argument(metavar="INPUT...", help="Scans, folders of them, or a CSV list of specimens.")
]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Output folder.")]
NoOrient = Annotated[bool, typer.Option("--no-orient", help="Trust the pose in the file.")]
NoRefine = Annotated[bool, typer.Option("--no-refine", help="Leave out the fine registration.")]
Mirror = Annotated[bool, typer.Option("--mirror", help="The scans are mirrored: reflect them first.")]
Mask = Annotated[bool, typer.Option("--mask", help="Write the bone mask of each scan, too.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes on this machine.")]
Scheduler = Annotated[
    str, typer.Option("--scheduler", metavar="ADDRESS", help="Dask scheduler that does the work.")
]
Shard = Annotated[
    str | None, typer.Option("--shard", metavar="I/N", help="Do the I-th of N parts (array jobs).")
]
Resume = Annotated[bool, typer.Option("--resume", help="Keep results that are still valid.")]
StopFile = Annotated[
    Path | None, typer.Option("--stop-file", metavar="FILE", help="End as soon as this file is there.")
]


def process(
    inputs: Inputs,
    out: Out,
    model: Model = None,
    no_orient: NoOrient = False,
    no_refine: NoRefine = False,
    atlases: Atlases = None,
    mirror: Mirror = False,
    mask: Mask = False,
    spacing: Spacing = None,
    unit: UnitOption = "mm",
    device: DeviceOption = "auto",
    jobs: Jobs = 1,
    scheduler: Scheduler = "",
    shard: Shard = None,
    resume: Resume = False,
    stop_file: StopFile = None,
) -> None:
    """Find the pose and all landmarks of skulls, with error estimates, pictures and a report.

    Exit code 3 if some specimens were refused: summary.csv and report.html tell why.
    """
    size, part = parsed_spacing(spacing), parsed_shard(shard)
    if scheduler and jobs > 1:
        raise InputError("--jobs", "value", jobs, "give either --jobs or --scheduler")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # spinning threads starve one another on shared cores
    from craniomark.flows.pipeline.cohort import Crew
    from craniomark.flows.pipeline.prediction import Options
    from craniomark.flows.pipeline.request import Request

    options = Options(orient=not no_orient, refine=not no_refine, mirror=mirror, device=device)
    request = Request(out, options, model, atlases, size, unit, resume, mask)
    if mask:
        _check_mask(request)
    crew = Crew(jobs, scheduler, part)
    if scheduler:
        inputs, request = [path.absolute() for path in inputs], request.absolute()
    refused = _run(inputs, request, crew, stop_file)
    _finish(request.out, refused, whole=part == (1, 1))


def _check_mask(request: "Request") -> None:
    """Before hours of work: whether there is a network that tells bone masks."""
    from craniomark.flows.segmentation.beside import network_beside

    network_beside(request.model, request.options.device)


def make_predictor(request: "Request", threads: int | None) -> "PredictorMaker":
    """What predicts, made in each worker."""
    from craniomark.flows.pipeline.predictor import predictor_maker

    return predictor_maker(request, threads)


def _run(inputs: list[Path], request: "Request", crew: "Crew", stop_file: Path | None) -> dict[str, str]:
    from craniomark.flows.pipeline.cohort import process_cohort, take_shard
    from craniomark.ground.specimens import find_specimens

    specimens = find_specimens(inputs)
    part = take_shard(specimens, crew.shard)
    maker = make_predictor(request, 1 if crew.jobs > 1 or crew.scheduler else None)
    with shown_progress(len(part)) as listener:
        return process_cohort(specimens, request, maker, crew, listener, stop_file)


def _finish(out: Path, refused: dict[str, str], whole: bool) -> None:
    """Write tables and report, tell where they are, and end with 3 if specimens were refused."""
    from craniomark.flows.report import build_report

    if not whole and not any(out.glob("*.json")):
        typer.echo("This shard holds no specimen.")
        return
    report = build_report(out)
    if not settings.quiet:
        typer.echo(f"{report.done} done, {len(report.refused)} refused: {out / 'report.html'}")
        if not whole:
            typer.echo(f"When all shards have ended: craniomark report {out}")
    if refused:
        names = ", ".join(list(refused)[:5]) + (f" and {len(refused) - 5} more" if len(refused) > 5 else "")
        raise SomeRefused(f"Refused specimens: {names}; {out / 'summary.csv'} tells why.")
