import json

import numpy as np
import pytest
import torch

from craniomark.flows.shape import api
from craniomark.flows.shape.config import read_config
from craniomark.flows.shape.examples import write_examples
from craniomark.flows.shape.particle_files import read_particles
from craniomark.flows.shape.predictor import network_of
from craniomark.flows.shape.weights import export_weights
from craniomark.ground.checks import InputError
from craniomark.tasks.shape.network import NetworkSettings, make_network


def test_each_test_image_has_its_particles(predicted):
    for name in ("e05", "e06"):
        assert read_particles(predicted / "world_predictions" / f"{name}.particles").shape == (96, 3)
        assert (predicted / "pca_predictions" / f"predicted_pca_{name}.particles").exists()
    assert (predicted / "scores.csv").read_text().splitlines()[0] == "name,score1,score2,score3"


def test_an_ensemble_tells_calibrated_doubt(trained, written_config, tmp_path):
    """Of a trained network and one of other weights."""
    other = written_config(tmp_path)
    with torch.random.fork_rng():
        torch.manual_seed(7)
        stranger = make_network(NetworkSettings(), (60, 60, 60), 3, 96)
    export_weights(stranger, tmp_path / "small" / "best_model_ft", {})
    export_weights(stranger, tmp_path / "small" / "best_model", {})
    folder = api.test(other, [trained])
    bound = np.loadtxt(folder / "world_predictions" / "e05.bound90")
    assert bound.shape == (96,) and (bound > 0).all()
    told = json.loads((folder / "calibration.json").read_text())
    assert told["members"] == 2 and told["coverage_90"] == pytest.approx(0.9, abs=0.02)


def test_an_untrained_model_is_refused(written_config, tmp_path):
    with pytest.raises(InputError, match="weights is not there: train the model"):
        api.test(written_config(tmp_path))


def test_a_stochastic_network_tells_doubt_of_its_own(written_config, tmp_path):
    path = written_config(tmp_path, encoder={"deterministic": False}, fine_tune={"enabled": False})
    config = read_config(path)
    export_weights(network_of(config), config.model_dir / "best_model", {})
    write_examples(config)
    told = json.loads((config.model_dir / "calibration.json").read_text())
    assert told["factor_90"] > 0 and told["coverage_90"] == pytest.approx(0.9, abs=0.02)
    bound = np.loadtxt(api.test(path) / "world_predictions" / "e06.bound90")
    assert bound.shape == (96,) and (bound > 0).all()
