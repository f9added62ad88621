"""Predicted against true landmarks."""

from craniomark.flows.jobs.requests import Evaluate
from craniomark.jobs.endings import Result
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf


def evaluate(ask: Evaluate, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Write metrics, tables, plots and the page."""
    from craniomark.flows.evaluation import Resampling
    from craniomark.flows.report.comparison import write_comparison

    how = Resampling(ask.draws, ask.seed)
    found = write_comparison(
        ask.predicted, ask.truth, ask.out, how, ask.model, progress=lambda *told: reports.progress(*told)
    )
    metrics, page = found.metrics, found.page
    value = {
        "n_specimens": metrics.n_specimens, "n_points": metrics.n_points, "mean_mm": metrics.mean_mm,
        "median_mm": metrics.median_mm, "p95_mm": metrics.p95_mm, "max_mm": metrics.max_mm,
        "notes": list(found.notes),
    }  # fmt: skip
    files = {"page": page, "metrics": ask.out / "metrics.json", "table": ask.out / "metrics.csv"}
    message = f"{metrics.n_specimens} specimens, mean error {metrics.mean_mm:.3f} mm."
    return Result(message, page, files, value)
