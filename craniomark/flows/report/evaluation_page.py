"""The page of an evaluation: figures with their intervals, tables and plots, in one place."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import craniomark
from craniomark.flows.evaluation import Metrics, Statistics
from craniomark.flows.report.template import page_template
from craniomark.ground.checks import written_whole

_WORDS = {
    "errors.png": "How large errors are",
    "calibration.png": "Stated and real errors",
    "shapes.png": "Mean shapes and directions of variation",
    "asymmetry.png": "Asymmetry",
    "observers.png": "Method and observers",
    "retest.png": "Test and retest",
    "landmarks.png": "Errors by landmark",
    "bias.png": "Bias by landmark",
}
_FIGURES = (
    ("mean error, mm", "mean_mm"),
    ("median error, mm", "median_mm"),
    ("95th percentile, mm", "p95_mm"),
    ("largest error, mm", "max_mm"),
    ("fraction within 0.1 mm", "sdr_0.1"),
    ("fraction within 0.2 mm", "sdr_0.2"),
    ("fraction within 0.3 mm", "sdr_0.3"),
    ("fraction within 0.5 mm", "sdr_0.5"),
    ("fraction within the stated error", "coverage_90"),
    ("Procrustes distance", "procrustes_distance"),
)


def write_evaluation_page(
    metrics: Metrics, statistics: Statistics, written: Sequence[Path], path: Path
) -> Path:
    """Write one page that opens offline, beside what `write_evaluation` wrote.

    Parameters
    ----------
    metrics, statistics : Metrics, Statistics
        Of the evaluation.
    written : sequence of Path
        Files beside the page; the pictures among them are shown.
    path : Path
        The page.

    Raises
    ------
    InputError
        If it can't be written.
    """
    content = metrics.as_dict()
    intervals = statistics.intervals or {}
    names = [file.name for file in written]
    text = page_template("evaluation.html.j2").render(
        version=craniomark.__version__,
        made=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
        metrics=metrics,
        statistics=statistics,
        level=f"{100 * statistics.resampling.level:g} %",
        figures=[(word, content[key], intervals.get(key)) for word, key in _FIGURES],
        tables=_tables(statistics),
        people=_people(statistics),
        landmarks=_landmarks(metrics, statistics),
        notes=[*metrics.notes, *statistics.notes],
        pictures=[(quote(name), words) for name, words in _WORDS.items() if name in names],
        files=[name for name in names if not name.endswith(".png")],
    )
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return path


def _tables(statistics: Statistics) -> list[dict[str, Any]]:
    """Analyses of variance with what their second factor is."""
    people, retest = statistics.observers, statistics.retest
    found = [
        ("Predicted and true shapes", "method", statistics.procrustes_anova),
        ("Digitisations", "digitisation", people.anova if people else None),
        ("Runs of the method", "run", retest.anova if retest else None),
    ]
    return [{"title": title, "factor": factor, "anova": table} for title, factor, table in found if table]


def _people(statistics: Statistics) -> list[tuple[str, Any]]:
    people = statistics.observers
    if people is None:
        return []
    kinds = (("same observer", people.intra), ("two observers", people.inter), ("not named", people.unnamed))
    return [(word, agreement) for word, agreement in kinds if agreement]


def _landmarks(metrics: Metrics, statistics: Statistics) -> list[dict[str, Any]]:
    bias, retest = statistics.bias, statistics.retest
    rows = []
    for label, one in metrics.per_landmark.items():
        rows.append(
            {
                "label": label,
                "figures": one,
                "bias": bias.landmarks[label] if bias else None,
                "retest": retest.within_sd_by_landmark.get(label) if retest else None,
            }
        )
    return sorted(rows, key=lambda row: -row["figures"].mean_mm)
