"""ALPACA's method on strains that its templates are no kin of: one template on ten, eight templates on four.

One template is C57BL6_J for all; the eight are those of the strain's fold in strains.py, of which the median
of each coordinate is taken. Ours is run beside it on the same meshes: the bundle of the fold alone, and with
the same eight as atlases. Rows go to ``results/alpaca.csv``: points by one template or by ours, LPS mm, and
the seconds that it took on one core; a stopped run goes on where it was. ``--score`` only prints the table.
It needs the extra ``bench``, and on Linux the library of its package tbb on LD_LIBRARY_PATH::

    python Testing/Benchmarks/alpaca.py [--work build/strains] [--strains LP,NZB] [--score]
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from common.alpaca_method import transfer
from common.alpaca_pose import AlpacaSettings
from common.alpaca_scoring import OURS, TRIALS, WITH_EIGHT, eight_of, templates_of
from common.alpaca_scoring import table as scored
from common.families import fold_of
from common.strains import fold_bundle, known_strains, strain_list
from common.table import RESULTS, append_rows, read_rows
from craniomark.flows.pipeline.model import load_model
from craniomark.flows.pipeline.predict import predict
from craniomark.flows.pipeline.prediction import Options
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.meshes import solid_of

OUT = RESULTS / "alpaca.csv"
COLUMNS = ["strain", "template", "seconds", "label", "x", "y", "z"]


def rows_of(strain: str, template: str) -> list[list[object]]:
    """Landmarks of one strain by one template."""
    known = known_strains()
    truth, source, target = known[template].truth, known[template].surface(), known[strain].surface()
    start = time.process_time()
    points = transfer(source, truth.points, target, AlpacaSettings())
    return _rows(strain, template, time.process_time() - start, LandmarkSet(truth.labels, points))


def rows_of_ours(strain: str, method: str, work: Path) -> list[list[object]]:
    """Landmarks of one strain by the bundle of its fold, with or without the eight templates as atlases."""
    known = known_strains()
    bundle = fold_bundle(known, fold_of(strain), work)
    chosen = OURS[method]
    atlases = strain_list(known, eight_of(strain), work / f"eight-{strain}.csv") if chosen else None
    model, target = load_model(bundle, atlases), known[strain].surface()
    start = time.process_time()
    landmarks = predict(solid_of(target, known[strain].path), model, Options(), lambda *_: None).landmarks
    return _rows(strain, method, time.process_time() - start, landmarks)


def _rows(strain: str, way: str, seconds: float, found: LandmarkSet) -> list[list[object]]:
    return [
        [strain, way, round(seconds, 1), label, *(f"{v:.4f}" for v in point)]
        for label, point in zip(found.labels, found.points, strict=True)
    ]


def ways_of(strain: str) -> list[str]:
    """Templates that are tried on a strain, and ours."""
    ours = [method for method, several in OURS.items() if not several or strain in WITH_EIGHT]
    return [*ours, *templates_of(strain)]


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strains", default=",".join(TRIALS), help="which, e.g. LP,NZB")
    parser.add_argument("--work", type=Path, default=Path("build/strains"), help="bundles of strains.py")
    parser.add_argument("--score", action="store_true", help="print the table of the committed rows only")
    arguments = parser.parse_args()
    np.random.seed(0)  # the packages draw from it
    torch.set_num_threads(1)
    done = {(row["strain"], row["template"]) for row in read_rows(OUT)}
    for strain in arguments.strains.split(",") if not arguments.score else ():
        for way in ways_of(strain):
            if (strain, way) not in done:
                ours = way in OURS
                append_rows(
                    OUT, COLUMNS, rows_of_ours(strain, way, arguments.work) if ours else rows_of(strain, way)
                )
                print(f"{strain} by {way}", flush=True)
    print(scored(read_rows(OUT)))


if __name__ == "__main__":
    main()
