"""Predicted against true landmarks."""

from craniomark.flows.jobs.requests import Evaluate
from craniomark.jobs.endings import Result
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf


def evaluate(ask: Evaluate, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Write metrics, tables, plots and the page."""
    from craniomark.flows.bundle import load_bundle
    from craniomark.flows.evaluation import (
        KnownSides,
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

    manifest = load_bundle(ask.model).manifest if ask.model else None
    sides = KnownSides(manifest.pairs, manifest.midline, manifest.name) if manifest else None
    undo = check_writable(ask.out)
    try:
        reports.progress("read", 0.0)
        found, known = read_cohort_of(ask.predicted), read_cohort_of(ask.truth)
        reports.progress("compare", 0.2)
        metrics = compare(found, known)
        reports.progress("statistics", 0.3)
        repeats = Repeats(Session("truth", "", known), (), found, (), "any")
        statistics = statistics_of(metrics, Resampling(ask.draws, ask.seed), sides, repeats)
    except BaseException:
        undo()
        raise
    reports.progress("write", 0.8)
    written = write_evaluation(metrics, ask.out, statistics)
    page = ask.out / "evaluation.html"
    write_evaluation_page(metrics, statistics, written, page)
    value = {
        "n_specimens": metrics.n_specimens, "n_points": metrics.n_points, "mean_mm": metrics.mean_mm,
        "median_mm": metrics.median_mm, "p95_mm": metrics.p95_mm, "max_mm": metrics.max_mm,
        "notes": [*metrics.notes, *statistics.notes],
    }  # fmt: skip
    files = {"page": page, "metrics": ask.out / "metrics.json", "table": ask.out / "metrics.csv"}
    message = f"{metrics.n_specimens} specimens, mean error {metrics.mean_mm:.3f} mm."
    return Result(message, page, files, value)
