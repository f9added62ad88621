"""``craniomark demo``: the whole main job on specimens whose truth is known."""

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from craniomark.cli.arguments import DeviceOption, Model
from craniomark.cli.exits import SomeRefused
from craniomark.cli.progress import shown_progress
from craniomark.cli.settings import settings
from craniomark.cli.tables import print_table

if TYPE_CHECKING:
    from craniomark.flows.demonstration.run import Demonstration
    from craniomark.flows.pipeline.request import PredictorMaker, Request

Out = Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Output folder.")]
Offline = Annotated[bool, typer.Option("--offline", help="Download nothing.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Another seed makes another synthetic specimen.")]
_COLUMNS = ("specimen", "method", "landmarks", "mean", "median", "95 %", "worst", "within estimate")


def demo(
    out: Out = Path("demo"),
    offline: Offline = False,
    model: Model = None,
    seed: Seed = 1,
    device: DeviceOption = "auto",
) -> None:
    """Find landmarks on a synthetic skull, and on two real ones where they can be had; print the errors.

    The synthetic skull is deformed from the model's template. Real ones come from CRANIOMARK_DATA or are
    downloaded (4 MB).
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # spinning threads starve one another on shared cores
    from craniomark.flows.demonstration.run import REAL_SPECIMENS, demonstrate
    from craniomark.flows.report import build_report

    with shown_progress(1 + REAL_SPECIMENS) as listener:
        found = demonstrate(
            out, listener, offline=offline, model=model, seed=seed, device=device, make=make_predictor
        )
    build_report(found.results)
    tell(found)
    if found.refused:
        raise SomeRefused(f"Refused: {'; '.join(found.refused.values())}")


def make_predictor(request: "Request") -> "PredictorMaker":
    """What predicts."""
    from craniomark.flows.pipeline.predictor import predictor_maker

    return predictor_maker(request)


def tell(found: "Demonstration") -> None:
    """Print the table of errors and where the results lie."""
    if settings.quiet:
        return
    typer.echo(f"Model {found.model}")
    for case in found.cases:
        typer.echo(f"  {case.id}: {case.kind}")
    typer.echo("\nDistance from the true landmarks, mm")
    rows = [
        (row.specimen, row.method, str(row.compared), *map(_mm, (row.mean, row.median, row.p95, row.worst)),
         "" if math.isnan(row.covered) else f"{row.covered:.0%} (90 % wanted)")
        for row in found.rows
    ]  # fmt: skip
    print_table(_COLUMNS, rows, right=_COLUMNS[2:])
    for sentence in found.sentences:
        typer.echo(sentence)
    typer.echo(f"\nPictures: {found.results / '*.png'}")
    typer.echo(f"Report:   {found.results / 'report.html'}")


def _mm(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"
