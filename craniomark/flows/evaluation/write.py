"""metrics.json, metrics.csv and plots of an evaluation."""

import csv
import json
import math
from os import PathLike
from pathlib import Path

from craniomark.flows.evaluation import plots
from craniomark.flows.evaluation.errors import PointError
from craniomark.flows.evaluation.metrics import Metrics
from craniomark.ground.checks import written_whole

COLUMNS = ("id", "label", "error_mm", "dx", "dy", "dz", "error90_mm", "flag", "status", "note")


def write_evaluation(metrics: Metrics, folder: str | PathLike[str]) -> tuple[Path, ...]:
    """Write the figures, one row per specimen and landmark, and the plots.

    Parameters
    ----------
    metrics : Metrics
        From `evaluate`.
    folder : path
        Made if it isn't there; files of the same names are replaced.

    Returns
    -------
    tuple of pathlib.Path
        metrics.json, metrics.csv, errors.png, landmarks.png and, where errors were stated,
        calibration.png.

    Raises
    ------
    InputError
        If the folder can't be written.
    """
    folder = Path(folder)
    written = [folder / "metrics.json", folder / "metrics.csv"]
    with written_whole(written[0]) as part:
        part.write_text(json.dumps(metrics.as_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    with written_whole(written[1]) as part, part.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(COLUMNS)
        table.writerows(_row(error) for error in metrics.errors)
    for name, draw in plots.PLOTS.items():
        figure = draw(metrics)
        if figure is None:
            (folder / name).unlink(missing_ok=True)  # of an earlier evaluation
            continue
        with written_whole(folder / name) as part:
            figure.savefig(part, dpi=150)
        written.append(folder / name)
    return tuple(written)


def _row(error: PointError) -> tuple[str, ...]:
    numbers = (error.error_mm, *error.offset, error.error90_mm)
    told = ["" if math.isnan(number) else f"{number:.6f}" for number in numbers]
    return error.id, error.label, *told, error.flag, error.status, error.note
