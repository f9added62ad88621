"""``craniomark evaluate``: predicted against true landmarks."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from craniomark.cli.settings import settings

Predicted = Annotated[
    Path, typer.Argument(metavar="PREDICTED", help="Output folder of process, or landmark file.")
]
Truth = Annotated[Path, typer.Argument(metavar="TRUTH", help="Folder or file with the true landmarks.")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder that is written.")]


def evaluate(predicted: Predicted, truth: Truth, out: Out) -> None:
    """Compare predicted with true landmarks, paired by specimen id and label: metrics and plots."""
    from craniomark.flows.evaluation import evaluate as compare
    from craniomark.flows.evaluation import read_cohort_of, write_evaluation
    from craniomark.flows.pipeline.outputs import check_writable

    check_writable(out)
    evaluation = compare(read_cohort_of(predicted), read_cohort_of(truth))
    write_evaluation(evaluation, out)
    for note in evaluation.notes:
        print(note, file=sys.stderr)
    if not settings.quiet:
        typer.echo(f"{evaluation.n_specimens} specimens, {evaluation.n_points} points, mm:")
        typer.echo(
            f"mean {evaluation.mean_mm:.3f}, median {evaluation.median_mm:.3f}, "
            f"95 % {evaluation.p95_mm:.3f}, largest {evaluation.max_mm:.3f}"
        )
        typer.echo(f"metrics.json, metrics.csv and plots: {out}")
