"""The page of an analysis: a table, heat maps of the best, median and worst, a histogram."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np

from craniomark.flows.shape.plots import new_figure, save
from craniomark.ground.checks import written_whole

if TYPE_CHECKING:
    from craniomark.flows.shape.analyze import Analysed

_STYLE = (
    "body{font:15px system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ccc}"
    "td:first-child,th:first-child{text-align:left}img{max-width:100%}"
)
_COLUMNS = (
    ("symmetric_mean", "mean"),
    ("symmetric_rms", "RMS"),
    ("symmetric_p95", "95 %"),
    ("symmetric_hausdorff", "Hausdorff"),
    ("predicted_to_true_mean", "predicted to true"),
    ("true_to_predicted_mean", "true to predicted"),
)


def write_report(rows: Sequence["Analysed"], out: Path) -> Path:
    """Write ``report.html`` and ``distances.png`` of specimens, best first."""
    values = np.array([row.figures["symmetric_mean"] for row in rows])
    figure = new_figure(6, 3)
    axes = figure.subplots()
    axes.hist(values, bins=min(20, max(5, len(values))), color="#1f5f99")
    axes.set(xlabel="mean symmetric distance of a specimen, mm", ylabel="specimens")
    save(figure, out / "distances.png")
    head = "".join(f"<th>{escape(title)}</th>" for _, title in _COLUMNS)
    table = "".join(
        f"<tr><td>{escape(row.name)}</td>"
        + "".join(f"<td>{row.figures[name]:.3f}</td>" for name, _ in _COLUMNS)
        + "</tr>"
        for row in rows
    )
    picks = {"Best": rows[0], "Median": rows[len(rows) // 2], "Worst": rows[-1]}
    maps = "".join(
        f"<h2>{word}: {escape(row.name)}, {row.figures['symmetric_mean']:.3f} mm</h2>"
        f"<img src='pictures/{quote(row.picture.name)}' alt='Heat map of {escape(row.name)}'>"
        for word, row in picks.items()
    )
    text = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Predicted shapes</title>"
        f"<style>{_STYLE}</style></head><body><h1>Predicted shapes against true surfaces</h1>"
        f"<p>{len(rows)} specimens; distances in mm. Mean over specimens {values.mean():.3f}, "
        f"median {np.median(values):.3f}, largest {values.max():.3f}.</p>"
        "<p><img src='distances.png' alt='Histogram of the distances'></p>"
        f"<table><tr><th>specimen</th>{head}</tr>{table}</table>{maps}</body></html>"
    )
    path = out / "report.html"
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return path
