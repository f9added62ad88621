"""``craniomark evaluate``: predicted against true landmarks."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from craniomark.cli.settings import settings

if TYPE_CHECKING:
    from craniomark.flows.evaluation import Metrics, Session, Statistics
    from craniomark.flows.evaluation.statistics import Cohort

Predicted = Annotated[
    Path, typer.Argument(metavar="PREDICTED", help="Output folder of process, or landmark file.")
]
Truth = Annotated[Path, typer.Argument(metavar="TRUTH", help="Folder or file with the true landmarks.")]
Out = Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder that is written.")]
Repeat = Annotated[
    list[str] | None,
    typer.Option(
        "--repeat",
        metavar="[OBSERVER=]PATH",
        help="Another digitising of the same scans, by the same or another observer; may be repeated.",
    ),
]
Observer = Annotated[
    str, typer.Option("--observer", metavar="NAME", help="Who placed TRUTH, where its files do not say.")
]
Retest = Annotated[
    list[Path] | None,
    typer.Option(
        "--retest",
        metavar="PATH",
        help="Predictions of the same specimens from another scan or pose; may be repeated.",
    ),
]
RetestFrame = Annotated[
    Literal["any", "same"],
    typer.Option("--retest-frame", help="same: all runs lie in one frame; any: fit them to one another."),
]
Model = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME|PATH", help="Bundle that tells pairs and midline."),
]
Draws = Annotated[
    int, typer.Option("--draws", metavar="N", help="Permutations, and redrawn samples for intervals.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of these.")]


def evaluate(
    predicted: Predicted,
    truth: Truth,
    out: Out,
    repeat: Repeat = None,
    observer: Observer = "",
    retest: Retest = None,
    retest_frame: RetestFrame = "any",
    model: Model = None,
    draws: Draws = 999,
    seed: Seed = 0,
) -> None:
    """Compare predicted with true landmarks, paired by specimen id and label: metrics and plots."""
    from craniomark.flows.evaluation import Repeats, Resampling, Session, read_cohort_of
    from craniomark.flows.report.comparison import write_comparison

    def further(found: "Cohort", known: "Cohort") -> Repeats:
        sessions = tuple(_session(text) for text in repeat or ())
        runs = tuple(read_cohort_of(path) for path in retest or ())
        return Repeats(Session("truth", observer, known), sessions, found, runs, retest_frame)

    made = write_comparison(predicted, truth, out, Resampling(draws, seed), model, further)
    for note in made.notes:
        print(note, file=sys.stderr)
    if not settings.quiet:
        _tell(made.metrics, made.statistics, out)


def _tell(metrics: "Metrics", statistics: "Statistics", out: Path) -> None:
    typer.echo(f"{metrics.n_specimens} specimens, {metrics.n_points} points, mm:")
    interval = (statistics.intervals or {}).get("mean_mm")
    between = f" ({interval[0]:.3f} to {interval[1]:.3f})" if interval else ""
    typer.echo(
        f"mean {metrics.mean_mm:.3f}{between}, median {metrics.median_mm:.3f}, "
        f"95 % {metrics.p95_mm:.3f}, largest {metrics.max_mm:.3f}"
    )
    typer.echo(f"evaluation.html, metrics.json, tables and plots: {out}")


def _session(text: str) -> "Session":
    """A further digitising from ``[OBSERVER=]PATH``; a file whose name has the sign is taken as it is."""
    from craniomark.flows.evaluation import Session, read_cohort_of

    observer, sign, rest = text.partition("=")
    if not sign or Path(text).exists():
        observer, rest = "", text
    return Session(text, observer, read_cohort_of(Path(rest)))
