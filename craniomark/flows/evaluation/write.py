"""metrics.json, metrics.csv and plots of an evaluation."""

import csv
import json
import math
from collections.abc import Callable
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from craniomark.flows.evaluation import plots
from craniomark.flows.evaluation.errors import PointError
from craniomark.flows.evaluation.metrics import Metrics
from craniomark.flows.evaluation.statistics import Statistics
from craniomark.flows.evaluation.statistics_plots import STATISTICS_PLOTS
from craniomark.flows.evaluation.statistics_tables import write_anova, write_landmarks
from craniomark.ground.checks import written_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = ("id", "label", "error_mm", "dx", "dy", "dz", "error90_mm", "flag", "status", "note")


def write_evaluation(
    metrics: Metrics, folder: str | PathLike[str], statistics: Statistics | None = None
) -> tuple[Path, ...]:
    """Write the figures, one row per specimen and landmark, and the plots.

    Parameters
    ----------
    metrics : Metrics
        From `evaluate`.
    folder : path
        Made if it isn't there; files of the same names are replaced.
    statistics : Statistics, optional
        From `statistics_of`: its sections join metrics.json, with tables and plots of their own.

    Returns
    -------
    tuple of pathlib.Path
        metrics.json, metrics.csv, errors.png, landmarks.png and, where errors were stated,
        calibration.png. With statistics per_landmark.csv, and as far as they can be given anova.csv,
        bias.png, shapes.png, asymmetry.png, observers.png and retest.png.

    Raises
    ------
    InputError
        If the folder can't be written.
    """
    folder = Path(folder)
    written = [folder / "metrics.json", folder / "metrics.csv"]
    with written_whole(written[0]) as part:
        text = json.dumps(content_of(metrics, statistics), indent=2, ensure_ascii=False)
        part.write_text(text + "\n", encoding="utf-8")
    with written_whole(written[1]) as part, part.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(COLUMNS)
        table.writerows(_row(error) for error in metrics.errors)
    if statistics is not None:
        written.append(folder / "per_landmark.csv")
        write_landmarks(metrics, statistics, written[-1])
        if write_anova(statistics, folder / "anova.csv"):
            written.append(folder / "anova.csv")
    figures = {name: partial(draw, metrics) for name, draw in plots.PLOTS.items()}
    if statistics is not None:
        figures |= {n: partial(draw, metrics, statistics) for n, draw in STATISTICS_PLOTS.items()}
    return (*written, *(path for name, draw in figures.items() if (path := _drawn(folder / name, draw))))


def content_of(metrics: Metrics, statistics: Statistics | None) -> dict[str, Any]:
    """The content of metrics.json."""
    content = metrics.as_dict()
    if statistics is not None:
        content |= statistics.as_dict()
        content["notes"] = [*metrics.notes, *statistics.notes]
    return content


def _drawn(path: Path, draw: "Callable[[], Figure | None]") -> Path | None:
    figure = draw()
    if figure is None:
        path.unlink(missing_ok=True)  # of an earlier evaluation
        return None
    with written_whole(path) as part:
        figure.savefig(part, dpi=150)
    return path


def _row(error: PointError) -> tuple[str, ...]:
    numbers = (error.error_mm, *error.offset, error.error90_mm)
    told = ["" if math.isnan(number) else f"{number:.6f}" for number in numbers]
    return error.id, error.label, *told, error.flag, error.status, error.note
