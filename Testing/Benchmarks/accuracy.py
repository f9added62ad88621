"""Landmark accuracy on CTs left out, from random poses: ours beside SyN, mean shapes and identity.

Five folds of eight and two specimens. Each held-out CT is put in three random poses (rotation,
shift, size, gain, spacing, crop or padding); the main job then runs with the fold's bundle alone
and with the fold's eight atlases. Predicted points, carried back to the original scan, are appended
to ``results/accuracy.csv``; a stopped run goes on where it was. ``--score`` only prints the tables::

    python Testing/Benchmarks/accuracy.py [--work build/bench] [--folds 0,1] [--score]
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from common.bundles import atlas_list, fold_bundle
from common.posing import pose_at_random
from common.scoring import accuracy_report
from common.specimens import FOLDS, Known, known_specimens, split
from common.table import RESULTS, append_rows, read_rows
from craniomark.flows.pipeline.model import Model, load_model
from craniomark.flows.pipeline.predict import predict
from craniomark.flows.pipeline.prediction import Options
from craniomark.ground.geometry import invert, scale_of

POSES = 3
COLUMNS = ["method", "fold", "specimen", "pose", "label", "x", "y", "z", "error90_mm", "flag", "seconds"]
OUT = RESULTS / "accuracy.csv"


def rows_of(known: Known, pose: int, fold: int, method: str, model: Model) -> list[list[object]]:
    """Predicted points of one specimen in one random pose, in the original scan's LPS mm."""
    posed = pose_at_random(known.volume(), np.random.default_rng([int(known.id.split("_")[-1]), pose]))
    prediction = predict(posed.volume, model, Options(), lambda *_: None)
    back = invert(posed.moved)
    landmarks = prediction.landmarks.moved(back)
    seconds = sum(prediction.seconds.values())
    rows: list[list[object]] = []
    for label, point in zip(landmarks.labels, landmarks.points, strict=True):
        note = landmarks.annotation(label)
        place = [round(float(v), 4) for v in point]
        error = round(note.error90_mm * scale_of(back), 4)
        rows.append([method, fold, known.id, pose, label, *place, error, note.flag, round(seconds, 2)])
    return rows


def run(work: Path, folds: list[int]) -> None:
    """Fill the table, fold by fold."""
    known = known_specimens()
    done = {(r["method"], r["specimen"], int(r["pose"])) for r in read_rows(OUT)}
    for fold in folds:
        held_out = split(known, fold)[1]
        for method in ("bundle", "atlases"):
            trials = [(k, p) for k in held_out for p in range(POSES) if (method, k.id, p) not in done]
            if not trials:
                continue
            atlases = atlas_list(known, fold, work) if method == "atlases" else None
            model = load_model(fold_bundle(known, fold, work), atlases)
            for specimen, pose in trials:
                append_rows(OUT, COLUMNS, rows_of(specimen, pose, fold, method, model))
                print(f"fold {fold}: {method} {specimen.id} pose {pose}", flush=True)


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/bench"))
    parser.add_argument("--folds", default=",".join(map(str, range(FOLDS))), help="e.g. 0,1")
    parser.add_argument("--score", action="store_true", help="print the tables of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        run(arguments.work, [int(fold) for fold in arguments.folds.split(",")])
    print(accuracy_report(known_specimens(), read_rows(OUT), read_rows(RESULTS / "syn_atlases.csv")).text)


if __name__ == "__main__":
    main()
