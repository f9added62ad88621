"""Elastic registration against ANTs SyN, on the pairs and atlases that SyN was run on.

Every CT of a fold's two that are held out is registered, as it lies and without any network, to its fold's
eight atlases, all in one batch; the landmarks of the atlases are carried over. One row a landmark and atlas,
in the columns of ``syn_atlases.csv``, with the CPU seconds of the whole batch shared out over its atlases,
how much of the lattice folds, and the figures that tell
a pair of another kind. A stopped run goes on where it was; ``--score`` prints the committed rows::

    python Testing/Benchmarks/syn_bounds.py [--score]
"""

import argparse
import time

import numpy as np
import torch

from common.hyreg_scoring import hyreg_report
from common.specimens import FOLDS, Known, known_specimens, split
from common.table import RESULTS, append_rows, read_rows
from common.unshipped import hide_shipped_networks
from craniomark.flows.registration.atlases import carried_by_atlases
from craniomark.flows.registration.pair import Pair, prepared

COLUMNS = ["fold", "specimen", "atlas", "label", "x", "y", "z", "seconds", "folding", "after", "moved_mm"]
OUT = RESULTS / "hyreg_atlases.csv"


def rows_of(fold: int, held_out: Known, atlases: list[Known]) -> list[list[object]]:
    """Landmarks of all atlases on one scan."""
    volumes = [one.volume() for one in (held_out, *atlases)]
    began = time.process_time()
    images = [prepared(volume, "") for volume in volumes]
    pairs = [
        Pair(images[0], image, volumes[0], volume)
        for image, volume in zip(images[1:], volumes[1:], strict=True)
    ]
    found = carried_by_atlases(pairs, [atlas.truth for atlas in atlases])
    seconds = (time.process_time() - began) / len(atlases)
    rows: list[list[object]] = []
    for atlas, points, result in zip(atlases, found.points, found.results, strict=True):
        report = result.report
        told = [round(seconds, 2), round(report.folding_percent, 5), round(report.after, 4)]
        told.append(round(report.moved_mm, 4))
        for label, point in zip(found.labels, points, strict=True):
            rows.append([fold, held_out.id, atlas.id, label, *np.round(point, 4).tolist(), *told])
    return rows


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--score", action="store_true", help="print the tables of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    hide_shipped_networks()
    known = known_specimens()
    done = {row["specimen"] for row in read_rows(OUT)}
    for fold in range(0 if arguments.score else FOLDS):
        atlases, held_out = split(known, fold)
        for one in held_out:
            if one.id not in done:
                append_rows(OUT, COLUMNS, rows_of(fold, one, atlases))
                print(f"fold {fold}: {one.id}", flush=True)
    print(hyreg_report(known, read_rows(OUT), read_rows(RESULTS / "syn_atlases.csv")))


if __name__ == "__main__":
    main()
