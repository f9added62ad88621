"""Bone masks of spoilt scans that the network has never seen, beside thresholds and beside itself untrained.

The network is trained on eight CTs (fold 0) with sections that are missing, faint or out of place, and tried
on the two others with folds, dirt, blur, a bias field, noise and half the resolution, none of which it was
trained with, and on the clean scans. Truth is Otsu's threshold of the clean scan without pieces of fewer than
27 voxels, moved with what has moved. Width and offset of the local threshold are those that are best on the
spoilt scans of one of the two. One row per specimen, kind and method is appended to
``results/segmentation.csv``; a stopped run goes on where it was::

    craniomark train segment data=DIR out=build/bench/segment target.masks=threshold fold=0 recipe=quick
    python Testing/Benchmarks/segmentation.py [--run build/bench/segment] [--score]
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from common.segment_cases import KINDS, Case, case_of, dice, surface_p95
from common.specimens import known_specimens, split
from common.table import RESULTS, append_rows, read_rows, show
from craniomark.flows.segmentation.model import trained_network
from craniomark.tasks.segment.network import SegmentNetwork
from craniomark.tasks.segment.prepare import prepared
from craniomark.tasks.segment.thresholds import local_threshold, median_otsu, otsu
from craniomark.tasks.segment.tiles import write_mask

OUT = RESULTS / "segmentation.csv"
FOLD = 0
COLUMNS = ("specimen", "kind", "method", "dice", "p95_voxels")
OURS, UNTRAINED = "network", "network untrained"
THRESHOLDS: dict[str, Callable[[NDArray[np.float32]], NDArray[np.bool_]]] = {
    "Otsu": otsu, "local threshold": local_threshold, "median + Otsu": median_otsu,
}  # fmt: skip


def run(folder: Path) -> None:
    """Fill the table, case by case."""
    trained = trained_network(folder)
    untrained = SegmentNetwork(trained.settings).eval()
    untrained.voxel, untrained.usual = trained.voxel, trained.usual
    done = {(row["specimen"], row["kind"]) for row in read_rows(OUT)}
    for number, specimen in enumerate(split(known_specimens(), FOLD)[1]):
        for kind in KINDS:
            if (specimen.id, kind) in done:
                continue
            case = case_of(specimen.volume(), kind, number)
            masks = {name: threshold(case.image) for name, threshold in THRESHOLDS.items()}
            masks |= {OURS: told(trained, case), UNTRAINED: told(untrained, case)}
            rows = [
                (specimen.id, kind, name, f"{dice(mask, case.bone):.5f}",
                 f"{surface_p95(mask, case.bone, case.spacing):.3f}")
                for name, mask in masks.items()
            ]  # fmt: skip
            append_rows(OUT, COLUMNS, rows)
            print(specimen.id, kind, *(f"{row[2]} {row[3]} {row[4]};" for row in rows), flush=True)


def told(network: SegmentNetwork, case: Case) -> NDArray[np.bool_]:
    """The mask of a case by a network."""
    scan = prepared(case.image, case.spacing, float(network.voxel), network.usual_spectrum)
    mask = np.zeros(case.image.shape, dtype=np.uint8)
    with tempfile.TemporaryDirectory() as scratch:
        write_mask(scan, network, mask, Path(scratch))
    return mask > 0


def report(rows: list[dict[str, str]]) -> dict[str, dict[str, tuple[float, float]]]:
    """Mean Dice coefficient and surface p95 over specimens, by kind and method; ``all`` is over all kinds."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for kind in (*KINDS, "all"):
        mine = [row for row in rows if kind in (row["kind"], "all")]
        found[kind] = {}
        for method in (*THRESHOLDS, UNTRAINED, OURS):
            values = [(float(r["dice"]), float(r["p95_voxels"])) for r in mine if r["method"] == method]
            found[kind][method] = (
                float(np.mean([one for one, _ in values])), float(np.mean([two for _, two in values]))
            )  # fmt: skip
    return found


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, default=Path("build/bench/segment"))
    parser.add_argument("--score", action="store_true", help="print the table of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        run(arguments.run)
    means = report(read_rows(OUT))
    lines = [
        [kind, *(f"{means[kind][name][0]:.4f} ({means[kind][name][1]:.2f})" for name in means[kind])]
        for kind in means
    ]
    header = ["kind", *THRESHOLDS, UNTRAINED, OURS]
    print(show("Bone masks of CTs left out: Dice coefficient (surface p95, voxels), means", header, lines))


if __name__ == "__main__":
    main()
