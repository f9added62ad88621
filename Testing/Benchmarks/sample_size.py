"""How accuracy grows with the number of CTs that a bundle is made from: 4, 6 and 8.

Five folds as in accuracy.py. In each, the eight CTs are put in an order drawn at random; the first
four, the first six and all eight make one bundle each, so that the sets are nested. Each bundle is
tried on the fold's two held-out CTs in the random poses of accuracy.py. Predicted points, carried
back to the original scan, are appended to ``results/sample_size.csv``; a stopped run goes on where
it was. ``--score`` only prints the curve::

    python Testing/Benchmarks/sample_size.py [--work build/sample_size] [--folds 0,1] [--score]
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from common.bundles import bundle_without_networks, write_atlases
from common.curve import sample_size_report
from common.posing import pose_at_random
from common.specimens import FOLDS, Known, known_specimens, split
from common.table import RESULTS, append_rows, read_rows
from craniomark.flows.pipeline.model import Model, load_model
from craniomark.flows.pipeline.predict import predict
from craniomark.flows.pipeline.prediction import Options
from craniomark.ground.geometry import invert, scale_of

SIZES = (4, 6, 8)
POSES = 3
COLUMNS = ["size", "fold", "specimen", "pose", "label", "x", "y", "z", "error90_mm"]
OUT = RESULTS / "sample_size.csv"


def nested(known: list[Known], fold: int) -> list[Known]:
    """The fold's atlases in a random order; its beginnings are the training sets."""
    atlases = split(known, fold)[0]
    order = np.random.default_rng([fold, len(atlases)]).permutation(len(atlases))
    return [atlases[i] for i in order]


def rows_of(known: Known, pose: int, fold: int, size: int, model: Model) -> list[list[object]]:
    """Predicted points of one specimen in one random pose, in the original scan's LPS mm."""
    posed = pose_at_random(known.volume(), np.random.default_rng([int(known.id.split("_")[-1]), pose]))
    back = invert(posed.moved)
    landmarks = predict(posed.volume, model, Options(), lambda *_: None).landmarks.moved(back)
    rows: list[list[object]] = []
    for label, point in zip(landmarks.labels, landmarks.points, strict=True):
        error = round(landmarks.annotation(label).error90_mm * scale_of(back), 4)
        rows.append([size, fold, known.id, pose, label, *(round(float(v), 4) for v in point), error])
    return rows


def run(work: Path, folds: list[int]) -> None:
    """Fill the table, fold by fold."""
    known = known_specimens()
    done = {(int(r["size"]), r["specimen"], int(r["pose"])) for r in read_rows(OUT)}
    for fold in folds:
        order, held_out = nested(known, fold), split(known, fold)[1]
        for size in SIZES:
            trials = [(k, p) for k in held_out for p in range(POSES) if (size, k.id, p) not in done]
            if not trials:
                continue
            name = f"fold{fold}-size{size}"
            atlases = write_atlases(sorted(order[:size], key=lambda k: k.id), work / f"{name}.csv")
            model = load_model(bundle_without_networks(atlases, work / name))
            for specimen, pose in trials:
                append_rows(OUT, COLUMNS, rows_of(specimen, pose, fold, size, model))
                print(f"fold {fold}: {size} CTs, {specimen.id} pose {pose}", flush=True)


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/sample_size"))
    parser.add_argument("--folds", default=",".join(map(str, range(FOLDS))), help="which, e.g. 0,1")
    parser.add_argument("--score", action="store_true", help="print the curve of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        run(arguments.work, [int(fold) for fold in arguments.folds.split(",")])
    print(sample_size_report(known_specimens(), read_rows(OUT)).text)


if __name__ == "__main__":
    main()
