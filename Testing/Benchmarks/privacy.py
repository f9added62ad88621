"""Is a CT more like an average that holds it than like one that does not?

Each of the ten CTs is brought to the average image of every fold by its true landmarks. Its
correlation with the four averages that hold it is compared with that of the one that does not, so
that each CT is its own control::

    python Testing/Benchmarks/privacy.py [--work build/bench]
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from common.bundles import fold_bundle
from common.specimens import FOLDS, Known, known_specimens, split
from craniomark.engine.image import Image
from craniomark.flows.bundle import Bundle
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.geometry import similarity_fit


def likeness(known: Known, bundle: Bundle) -> float:
    """Correlation of a CT, aligned by its landmarks, with a bundle's average image."""
    template = Image.of(bundle.template())
    mean = bundle.landmarks()
    pose = similarity_fit(known.truth.ordered(mean.labels).points, mean.points)
    image = working_image(known.volume()).moved(pose).smoothed(float(template.spacing[0]) / 2)
    seen = image.on_grid(template.shape, template.matrix).voxels
    return float(np.corrcoef(seen.flatten(), template.voxels.flatten())[0, 1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/bench"))
    work = parser.parse_args().work
    torch.set_num_threads(1)
    known = known_specimens()
    gains = []
    for specimen in known:
        inside, outside = [], []
        for fold in range(FOLDS):
            held_out = {k.id for k in split(known, fold)[1]}
            side = outside if specimen.id in held_out else inside
            side.append(likeness(specimen, fold_bundle(known, fold, work)))
        gains.append(np.mean(inside) - np.mean(outside))
        print(f"{specimen.id}: {np.mean(inside):.4f} held, {np.mean(outside):.4f} not held")
    better = sum(gain > 0 for gain in gains)
    print(f"more like the average that holds it: {better} of {len(gains)}, mean gain {np.mean(gains):.4f}")


if __name__ == "__main__":
    main()
