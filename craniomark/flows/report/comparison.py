"""Predicted against true landmarks, from files to page: for command and job alike."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from craniomark.flows.evaluation import (
    KnownSides,
    Metrics,
    Repeats,
    Resampling,
    Session,
    Statistics,
    evaluate,
    read_cohort_of,
    statistics_of,
    write_evaluation,
)
from craniomark.flows.evaluation.statistics import Cohort
from craniomark.flows.report.evaluation_page import write_evaluation_page

PAGE = "evaluation.html"
Further = Callable[[Cohort, Cohort], Repeats]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What was found and written.

    Attributes
    ----------
    metrics : Metrics
        Distances.
    statistics : Statistics
        What is asked for beyond.
    page : Path
        The page that links all files.
    """

    metrics: Metrics
    statistics: Statistics
    page: Path

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what could not be given."""
        return (*self.metrics.notes, *self.statistics.notes)


def alone(predicted: Cohort, truth: Cohort) -> Repeats:
    """No further digitising, and no further run."""
    return Repeats(Session("truth", "", truth), (), predicted, (), "any")


def write_comparison(
    predicted: Path, truth: Path, out: Path, how: Resampling, model: str | None = None,
    further: Further = alone, progress: Callable[[str, float], None] = lambda *_: None,
) -> Comparison:  # fmt: skip
    """Write metrics, tables, plots and page.

    Parameters
    ----------
    predicted, truth : Path
        Folders or files, paired by specimen id and label.
    out : Path
        Folder that is written.
    how : Resampling
        Permutations and intervals.
    model : str or None
        Bundle that tells pairs and midline.
    further : callable
        Given the predicted and the true cohort, further data on the same specimens.
    progress : callable
        Told the step and the fraction done; may raise to cancel.

    Raises
    ------
    InputError
        If something can't be read, paired or written; a folder that was made is taken away then.
    """
    from craniomark.flows.pipeline.outputs import check_writable

    sides = _sides(model) if model else None
    take_away = check_writable(out)
    try:
        progress("read", 0.0)
        found, known = read_cohort_of(predicted), read_cohort_of(truth)
        repeats = further(found, known)
        progress("compare", 0.2)
        metrics = evaluate(found, known)
        progress("statistics", 0.3)
        statistics = statistics_of(metrics, how, sides, repeats)
        progress("write", 0.8)
    except BaseException:
        take_away()
        raise
    written = write_evaluation(metrics, out, statistics)
    write_evaluation_page(metrics, statistics, written, out / PAGE)
    return Comparison(metrics, statistics, out / PAGE)


def _sides(model: str) -> KnownSides:
    from craniomark.flows.bundle import load_bundle

    manifest = load_bundle(model).manifest
    return KnownSides(manifest.pairs, manifest.midline, manifest.name)
