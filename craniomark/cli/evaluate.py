"""``craniomark evaluate``: predicted against true landmarks."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from craniomark.cli.settings import settings

if TYPE_CHECKING:
    from craniomark.flows.evaluation import KnownSides, Metrics, Session, Statistics

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
    from craniomark.flows.evaluation import (
        Repeats,
        Resampling,
        Session,
        read_cohort_of,
        statistics_of,
        write_evaluation,
    )
    from craniomark.flows.evaluation import evaluate as compare
    from craniomark.flows.pipeline.outputs import check_writable
    from craniomark.flows.report import write_evaluation_page

    how = Resampling(draws, seed)
    sides = _sides(model) if model else None
    take_away = check_writable(out)
    try:
        found, known = read_cohort_of(predicted), read_cohort_of(truth)
        repeats = Repeats(
            Session("truth", observer, known),
            tuple(_session(text) for text in repeat or ()),
            found,
            tuple(read_cohort_of(path) for path in retest or ()),
            retest_frame,
        )
        metrics = compare(found, known)
        statistics = statistics_of(metrics, how, sides, repeats)
    except BaseException:
        take_away()
        raise
    written = write_evaluation(metrics, out, statistics)
    write_evaluation_page(metrics, statistics, written, out / "evaluation.html")
    for note in (*metrics.notes, *statistics.notes):
        print(note, file=sys.stderr)
    if not settings.quiet:
        _tell(metrics, statistics, out)


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


def _sides(model: str) -> "KnownSides":
    from craniomark.flows.bundle import load_bundle
    from craniomark.flows.evaluation import KnownSides

    manifest = load_bundle(model).manifest
    return KnownSides(manifest.pairs, manifest.midline, manifest.name)
