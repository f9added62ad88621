"""Is a strain's mesh more like an average that holds it than like one that does not?

Each of the fifty meshes, filled with voxels, is brought to the average image of every fold by its true
landmarks. Its correlation with the averages that hold it is compared with that of those that hold neither
it nor, as folds go by families, its relatives::

    python Testing/Benchmarks/privacy_strains.py [--work build/strains]
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from common import families
from common.strains import Strain, fold_bundle, known_strains
from craniomark.engine.image import Image
from craniomark.flows.bundle import Bundle
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.geometry import similarity_fit
from craniomark.ground.meshes import solid_of


def likeness(strain: Strain, image: Image, bundle: Bundle) -> float:
    """Correlation of a filled mesh, aligned by its landmarks, with a bundle's average image."""
    template = Image.of(bundle.template())
    mean = bundle.landmarks()
    pose = similarity_fit(strain.truth.ordered(mean.labels).points, mean.points)
    placed = image.moved(pose).smoothed(float(template.spacing[0]) / 2)
    seen = placed.on_grid(template.shape, template.matrix).voxels
    return float(np.corrcoef(seen.flatten(), template.voxels.flatten())[0, 1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/strains"))
    work = parser.parse_args().work
    torch.set_num_threads(1)
    strains = known_strains()
    bundles = [fold_bundle(strains, fold, work) for fold in range(families.FOLDS)]
    gains = []
    for name, strain in strains.items():
        image = working_image(solid_of(strain.surface(), strain.path))
        found = [likeness(strain, image, bundle) for bundle in bundles]
        held = np.array([name in families.known(fold) for fold in range(families.FOLDS)])
        if held.any() and not held.all():
            gains.append(np.mean(np.array(found)[held]) - np.mean(np.array(found)[~held]))
            print(f"{name}: {gains[-1]:+.4f}", flush=True)
    better = sum(gain > 0 for gain in gains)
    print(f"more like the average that holds it: {better} of {len(gains)}, mean gain {np.mean(gains):.4f}")


if __name__ == "__main__":
    main()
