"""A small data set whose shapes are known: ellipsoids with a dent, as images, particles and meshes."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "ground" / "meshes"))

from ellipsoids import write_ellipsoids

from craniomark.flows.shape import api
from craniomark.flows.shape.augment import AugmentSettings, augment

CONFIG = {
    "model_name": "small",
    "num_latent_dim": 3,
    "encoder": {"deterministic": True},
    "decoder": {"deterministic": True, "linear": True},
    "loss": {"function": "MSE", "supervised_latent": True},
    "trainer": {"epochs": 1, "learning_rate": 0.001, "val_freq": 1, "decay_lr": {
        "enabled": True, "type": "CosineAnnealing",
        "parameters": {"T_max": 10, "eta_min": 0, "step_size": 1, "gamma": 0.99}}},
    "fine_tune": {"enabled": True, "loss": "MSE", "epochs": 1, "learning_rate": 0.001,
                  "decay_lr": {"enabled": False}, "val_freq": 1},
    "use_best_model": True,
    "tl_net": {"enabled": False},
    "remark": "kept",
}  # fmt: skip


@pytest.fixture(scope="session")
def ellipsoids(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with ``images``, ``particles`` and ``meshes`` of seven ellipsoids."""
    return write_ellipsoids(tmp_path_factory.mktemp("ellipsoids"), 7)


@pytest.fixture(scope="session")
def augmented(ellipsoids: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of augmented data: three shapes beside the seven, three modes."""
    out = tmp_path_factory.mktemp("augmented")
    augment([ellipsoids / "images"], [ellipsoids / "particles"], out, AugmentSettings(3, modes=3))
    return out


@pytest.fixture(scope="session")
def loaders(ellipsoids: Path, augmented: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of loaders with all three parts."""
    out = tmp_path_factory.mktemp("loaders")
    api.get_train_val_loaders(out, augmented / "TotalData.csv", batch_size=4, validation=["e05", "e06"])
    api.get_test_loader(out, [ellipsoids / "images" / f"e0{n}.nrrd" for n in (5, 6)])
    return out


@pytest.fixture(scope="session")
def written_config(loaders: Path, augmented: Path) -> Callable[..., Path]:
    """Return what writes a config for these folders, with other values."""

    def write(folder: Path, **values: object) -> Path:
        paths = {"out_dir": f"{folder}/", "loader_dir": f"{loaders}/", "aug_dir": f"{augmented}/"}
        path = folder / "config.json"
        path.write_text(json.dumps({**CONFIG, "paths": paths, **values}))
        return path

    return write


@pytest.fixture(scope="session")
def trained(written_config: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the config of a base network with fine-tuning, trained for an epoch each."""
    config = written_config(tmp_path_factory.mktemp("trained"))
    api.train(config, loop={"tensorboard": False})
    return config


@pytest.fixture(scope="session")
def predicted(trained: Path) -> Path:
    """Return the folder of its predictions."""
    return api.test(trained)


def closest(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return distances from points to the closest of others."""
    return np.linalg.norm(points[:, None] - others, axis=-1).min(axis=1)
