"""What ``craniomark train all recipe=quick`` reaches, and in how many minutes: one fold of accuracy.py.

The bundle is trained from the eight CTs of a fold and tried on the two others in random poses. Points,
carried back to the original scan, are written to ``results/quick.csv`` with the minutes that the training
took of one core; a stopped run goes on where it was::

    python Testing/Benchmarks/quick.py [--work build/bench] [--fold 0] [--score]
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from accuracy import COLUMNS, POSES, rows_of
from common.bundles import fold_bundle
from common.scoring import our_points
from common.specimens import Known, known_specimens, split
from common.table import RESULTS, append_rows, read_rows, show
from craniomark.flows.pipeline.model import load_model

OUT = RESULTS / "quick.csv"


def run(work: Path, fold: int) -> None:
    """Train, then fill the table."""
    known = known_specimens()
    held_out = split(known, fold)[1]
    before = {(row["specimen"], int(row["pose"])) for row in read_rows(OUT)}
    trials = [(k, pose) for k in held_out for pose in range(POSES) if (k.id, pose) not in before]
    if not trials:
        return
    start = time.process_time()
    bundle = fold_bundle(known, fold, work, "quick")
    spent = work / "quick_minutes.txt"
    if not spent.exists():
        spent.write_text(f"{(time.process_time() - start) / 60:.1f}\n")
    model = load_model(bundle)
    for specimen, pose in trials:
        rows = rows_of(specimen, pose, fold, "quick", model)
        append_rows(OUT, [*COLUMNS, "minutes"], [[*row, spent.read_text().strip()] for row in rows])


def report(known: list[Known], rows: list[dict[str, str]]) -> tuple[float, float, str]:
    """Mean error in mm, minutes of one core, and both in words."""
    truth = {k.id: k.truth.points for k in known}
    points = our_points(rows)
    errors = np.array([np.linalg.norm(p - truth[s], axis=1) for s, poses in points.items() for p in poses])
    minutes = float(rows[0]["minutes"])
    figures = [
        f"{v:.3f}" for v in (errors.mean(), np.median(errors), np.percentile(errors, 95), errors.max())
    ]
    header = ["specimens", "mean", "median", "p95", "max", "minutes of one core"]
    text = show("train all recipe=quick, errors on CTs left out, mm", header,
                [[", ".join(points), *figures, f"{minutes:.1f}"]])  # fmt: skip
    return float(errors.mean()), minutes, text


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/bench"))
    parser.add_argument("--fold", type=int, default=0)
    parser.add_argument("--score", action="store_true", help="print the figures of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        run(arguments.work, arguments.fold)
    print(report(known_specimens(), read_rows(OUT))[2])


if __name__ == "__main__":
    main()
