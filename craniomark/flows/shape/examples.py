"""Best, median and worst examples of what a trained model says of images that it learnt from, or not."""

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.shape.config import DeepSSMConfig
from craniomark.flows.shape.loaders import read_part
from craniomark.flows.shape.particle_files import write_particles
from craniomark.flows.shape.predictor import network_of, predict
from craniomark.flows.shape.tables import write_csv
from craniomark.flows.training.files import write_json
from craniomark.tasks.shape.samples import Shapes
from craniomark.tasks.shape.uncertainty import calibrated, coverage

MOST = 24
"""Training images that are looked at."""
CALIBRATION = "calibration.json"


def write_examples(config: DeepSSMConfig) -> None:
    """Write ``examples/{train,validation}_{best,median,worst}.particles`` and how sure the model may be.

    Beside each lies the true shape. Where the network tells uncertainties, their factor on the validation
    part is kept for tests.
    """
    network = network_of(config, config.weights)
    folder = config.model_dir / "examples"
    rows: list[list[object]] = []
    for part in ("train", "validation"):
        shapes = _thinned(read_part(config.loader_dir, part))
        found = predict([network], shapes)
        errors = distances(found.particles, shapes.particles.astype(np.float64))
        order = errors.mean(axis=1).argsort()
        picks = {"best": order[0], "median": order[len(order) // 2], "worst": order[-1]}
        for word, row in picks.items():
            write_particles(folder / f"{part}_{word}.particles", found.particles[row])
            write_particles(folder / f"{part}_{word}_true.particles", shapes.particles[row])
            rows.append([part, word, found.names[row], f"{errors[row].mean():.6g}"])
        if part == "validation" and found.sd is not None:
            factor = calibrated(found.sd, errors)
            told = {"schema": 1, "factor_90": factor, "specimens": len(shapes),
                    "coverage_90": coverage(factor * found.sd, errors)}  # fmt: skip
            write_json(config.model_dir / CALIBRATION, told)
    write_csv(folder / "examples.csv", ("part", "which", "name", "mean_mm"), rows)


def distances(found: NDArray[np.float64], true: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance, mm, shape (S, N), of each particle from its true place."""
    return np.asarray(np.linalg.norm(found - true, axis=-1))


def _thinned(shapes: Shapes) -> Shapes:
    rows = np.unique(np.linspace(0, len(shapes) - 1, min(MOST, len(shapes))).astype(int))
    return Shapes(
        shapes.images[rows], shapes.scores[rows], shapes.particles[rows], tuple(shapes.names[r] for r in rows)
    )
