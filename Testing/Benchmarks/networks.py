"""Each network by itself on CTs left out, beside its null and itself without training.

Each held-out CT of a fold is put in a random pose. Degrees are from the pose that its landmarks define,
mm from its landmarks. The whole-skull level and the focus level see it in the template's frame, as
patches have placed it but turned by six degrees and moved by 0.7 mm: the mean shape is what they are
given. The fused answer is beside that of patches alone. One row per part and specimen is appended to
``results/networks.csv``; a stopped run goes on where it was::

    python Testing/Benchmarks/networks.py [--work build/bench] [--folds 0,1] [--score]
"""

import argparse
from pathlib import Path

import torch

from common.bundles import fold_bundle
from common.network_trials import COLUMNS, PARTS, trial_of
from common.specimens import FOLDS, known_specimens, split
from common.table import RESULTS, append_rows, read_rows, show
from craniomark.flows.pipeline.landmark_networks import load_landmark_networks
from craniomark.flows.pipeline.model import load_model

OUT = RESULTS / "networks.csv"


def run(work: Path, folds: list[int]) -> None:
    """Fill the table, fold by fold."""
    known = known_specimens()
    done = {row["specimen"] for row in read_rows(OUT)}
    for fold in folds:
        held_out = [k for k in split(known, fold)[1] if k.id not in done]
        if not held_out:
            continue
        bundle = fold_bundle(known, fold, work)
        model, ensembles = load_model(bundle), load_landmark_networks(bundle)
        assert ensembles is not None
        for specimen in held_out:
            append_rows(OUT, COLUMNS, trial_of(specimen, fold, model, ensembles))
            print(f"fold {fold}: {specimen.id}", flush=True)


def report(rows: list[dict[str, str]]) -> dict[str, dict[str, float]]:
    """Means over specimens of what each part reaches, by part and by what it is put in the place of."""
    found: dict[str, dict[str, float]] = {}
    for part in PARTS:
        mine = [row for row in rows if row["part"] == part]
        found[part] = {
            name: sum(float(row[name]) for row in mine) / len(mine) for name in ("ours", "untrained", "null")
        }
    return found


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/bench"))
    parser.add_argument("--folds", default=",".join(map(str, range(FOLDS))), help="e.g. 0,1")
    parser.add_argument("--score", action="store_true", help="print the table of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        run(arguments.work, [int(fold) for fold in arguments.folds.split(",")])
    means = report(read_rows(OUT))
    header = ["part", "unit", "ours", "untrained", "null", "the null is"]
    lines = []
    for part, (unit, null) in PARTS.items():
        lines.append([part, unit, *(f"{v:.3f}" for v in means[part].values()), null])
    print(show("Networks on CTs left out, means", header, lines))


if __name__ == "__main__":
    main()
