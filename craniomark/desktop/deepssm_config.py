"""DeepSSM's JSON: written from the fields of the panel, and what of it the panel must know."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.desktop.shape_project import ShapeProject
from craniomark.desktop.words import tr
from craniomark.ground.checks import InputError, written_whole

NETWORKS = ("base", "tl")
LOSSES = ("MSE", "Focal")


@dataclass(frozen=True)
class NetworkChoices:
    """Fields of the section Training.

    Attributes
    ----------
    kind : str
        One of `NETWORKS`.
    loss : str
        One of `LOSSES`.
    epochs : int
        Of each stage.
    rate : float
        Learning rate.
    tune : bool
        Fine-tune the base network on particles.
    doubt : bool
        A stochastic encoder, whose spread tells of uncertainty.
    """

    kind: str = NETWORKS[0]
    loss: str = LOSSES[0]
    epochs: int = 100
    rate: float = 0.001
    tune: bool = True
    doubt: bool = False


@dataclass(frozen=True)
class ConfigPaths:
    """Where a config keeps its model, and how long its score vector is.

    Attributes
    ----------
    model : Path
        Folder.
    stages : tuple of Path
        Run folders of its stages, as far as they are there.
    """

    model: Path
    stages: tuple[Path, ...]


def config_of(place: ShapeProject, chosen: NetworkChoices, scores: int) -> dict[str, Any]:
    """The JSON of the fields, for so many scores."""
    certain = chosen.kind == "tl" or not chosen.doubt
    paths = {"out": place.folder / "networks", "loader": place.loaders, "aug": place.augmented}
    return {
        "model_name": chosen.kind,
        "num_latent_dim": scores,
        "paths": {f"{name}_dir": f"{path.absolute()}/" for name, path in paths.items()},
        "encoder": {"deterministic": certain},
        "decoder": {"deterministic": True, "linear": True},
        "loss": {"function": chosen.loss, "supervised_latent": True},
        "trainer": {
            "epochs": chosen.epochs, "learning_rate": chosen.rate, "val_freq": max(1, chosen.epochs // 50),
            "decay_lr": {"enabled": True, "type": "CosineAnnealing",
                         "parameters": {"T_max": chosen.epochs, "eta_min": 0, "step_size": 1, "gamma": 0.99}},
        },
        "fine_tune": {
            "enabled": chosen.tune and chosen.kind == "base", "loss": "MSE",
            "epochs": max(1, chosen.epochs // 4), "learning_rate": chosen.rate / 4,
            "decay_lr": {"enabled": False}, "val_freq": max(1, chosen.epochs // 200),
        },
        "tl_net": {
            "enabled": chosen.kind == "tl", "ae_epochs": chosen.epochs, "tf_epochs": chosen.epochs,
            "joint_epochs": max(1, chosen.epochs // 4), "alpha": 1.0,
            "a_ae": 10.0, "c_ae": 1.32, "a_lat": 10.0, "c_lat": 6.3,
        },
        "use_best_model": True,
    }  # fmt: skip


def write_config(place: ShapeProject, chosen: NetworkChoices) -> None:
    """Write the config of the fields, for the scores that the prepared images have.

    Raises
    ------
    InputError
        If the prepared images can't be read.
    """
    record = _read(place.loaders / "loader.json", tr("prepare the images again"))
    scores = record.get("scores")
    if not isinstance(scores, int):
        remedy = tr("prepare the images again")
        raise InputError(place.loaders / "loader.json", "scores", scores, remedy)
    wanted = config_of(place, chosen, scores)
    if place.config.exists() and _without_results(place.config) == wanted:
        return  # an unfinished training goes on
    with written_whole(place.config) as part:
        part.write_text(json.dumps(wanted, indent=2), encoding="utf-8")


def config_paths(config: Path) -> ConfigPaths:
    """What a config tells of its places.

    Raises
    ------
    InputError
        If it is no such config.
    """
    remedy = tr("give DeepSSM's config as JSON")
    told = _read(config, remedy)
    try:
        out, name = Path(str(told["paths"]["out_dir"])).expanduser(), str(told["model_name"])
    except (KeyError, TypeError) as error:
        raise InputError(config, str(error).strip("'"), tr("missing"), remedy) from error
    beside = config.parent / out
    if not out.is_absolute() and not out.exists() and beside.exists():
        out = beside
    stages = tuple(sorted(path.parent for path in (out / name / "runs").glob("*/state.json")))
    return ConfigPaths(out / name, stages)


def _without_results(path: Path) -> dict[str, Any]:
    try:
        held = _read(path, "")
    except InputError:
        return {}
    return {name: value for name, value in held.items() if not name.startswith("best_")}


def _read(path: Path, remedy: str) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(path, tr("file"), error.strerror or str(error), remedy) from error
    except ValueError as error:
        raise InputError(path, tr("content"), tr("no JSON"), remedy) from error
    if not isinstance(told, dict):
        raise InputError(path, tr("content"), tr("no JSON object"), remedy)
    return told
