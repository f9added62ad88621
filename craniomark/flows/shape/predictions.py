"""Shapes of the test images by a trained model or several."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.shape.config import DeepSSMConfig, read_config
from craniomark.flows.shape.examples import CALIBRATION, distances
from craniomark.flows.shape.loaders import read_part, read_record
from craniomark.flows.shape.particle_files import write_particles, write_table
from craniomark.flows.shape.predictor import Predicted, network_of, predict
from craniomark.flows.shape.tables import write_csv
from craniomark.flows.training.files import read_json, write_json
from craniomark.ground.checks import InputError
from craniomark.tasks.shape.uncertainty import calibrated, coverage, rank_correlation

BOUND = ".bound90"
"""Ending of files of one number a line, mm: what 90 % of the particles' errors stay under."""


def predict_test_part(
    config_file: Path, members: Sequence[Path] = (), told: Callable[[float], None] = lambda _: None
) -> Path:
    """Write the predictions of the test part.

    Parameters
    ----------
    config_file : Path
        DeepSSM's JSON of a trained model.
    members : sequence of Path
        Configs of further models on the same loaders, which make an ensemble with it; its uncertainty is
        calibrated on the validation part.
    told : callable
        Hears the fraction that is done; may raise to stop.

    Returns
    -------
    Path
        Folder with ``world_predictions/NAME.particles``, ``pca_predictions/predicted_pca_NAME.particles``,
        ``scores.csv``, and where uncertainty is known ``world_predictions/NAME.bound90``.

    Raises
    ------
    InputError
        If the model isn't trained, there is no test part, or the models have other loaders.
    """
    config = read_config(config_file)
    configs = [config, *(read_config(one) for one in members)]
    for one in configs[1:]:
        if read_record(one.loader_dir)["particles"] != read_record(config.loader_dir)["particles"]:
            raise InputError(one.path, "loaders", "of another shape model", "train all members on the same")
    networks = [network_of(one, one.weights) for one in configs]
    shapes = read_part(config.loader_dir, "test")
    found = predict(networks, shapes, lambda part: told(0.8 * part))
    folder = config.model_dir / "test_predictions"
    factor = _factor(config, networks, found)
    for number, name in enumerate(found.names):
        write_particles(folder / "world_predictions" / f"{name}.particles", found.particles[number])
        if factor is not None and found.sd is not None:
            write_table(folder / "world_predictions" / f"{name}{BOUND}", factor * found.sd[number][:, None])
    for name, points in zip(found.names, _of_modes(config, found, told), strict=True):
        write_particles(folder / "pca_predictions" / f"predicted_pca_{name}.particles", points)
    rows = [
        [name, *(f"{s:.6g}" for s in row)]
        for name, row in zip(found.names, found.scores.tolist(), strict=True)
    ]
    write_csv(folder / "scores.csv", ["name", *(f"score{n + 1}" for n in range(found.scores.shape[1]))], rows)
    told(1.0)
    return folder


def _of_modes(config: DeepSSMConfig, found: Predicted, told: Callable[[float], None]) -> NDArray[np.float64]:
    """Particles before fine-tuning: those of the shape model's modes."""
    if not config.suffix:
        return found.particles
    network = network_of(config, config.model_dir / f"{config.best}.safetensors")
    shapes = read_part(config.loader_dir, "test")
    return predict([network], shapes, lambda part: told(0.8 + 0.2 * part)).particles


def _factor(config: DeepSSMConfig, networks: Sequence[object], found: Predicted) -> float | None:
    """Calibration of one model as it was trained; of an ensemble on the validation part."""
    if found.sd is None:
        return None
    if len(networks) == 1:
        return float(read_json(config.model_dir / CALIBRATION)["factor_90"])
    held = read_part(config.loader_dir, "validation")
    seen = predict(networks, held)  # type: ignore[arg-type]
    errors = distances(seen.particles, held.particles.astype(np.float64))
    assert seen.sd is not None
    factor = calibrated(seen.sd, errors)
    told = {
        "schema": 1, "members": len(networks), "factor_90": factor, "specimens": len(held),
        "coverage_90": coverage(factor * seen.sd, errors),
        "rank_correlation": rank_correlation(seen.sd, errors),
    }  # fmt: skip
    write_json(config.model_dir / "test_predictions" / CALIBRATION, told)
    return factor
