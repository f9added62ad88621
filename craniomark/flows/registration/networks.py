"""Networks that start registrations: parts of bundles, and what training leaves in its folder."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.bundle.parse import read_json
from craniomark.flows.bundle.search import find_bundles
from craniomark.flows.pipeline.trained_runs import RUN_SETTINGS, run_config, settings_from, with_run_weights
from craniomark.flows.pipeline.weight_files import checked_weights, write_weights
from craniomark.flows.registration.methods import Options
from craniomark.ground.checks import InputError
from craniomark.tasks.regnet.affine.network import AffineNetwork, AffineSettings
from craniomark.tasks.regnet.affine.predict import proposed

AFFINE_PART = "register_affine"
AFFINE_SETTINGS, AFFINE_WEIGHTS = "register-affine.json", "register-affine.safetensors"
Proposer = Callable[[Image, Image], NDArray[np.float64]]


def affine_network(options: Options) -> Proposer | None:
    """What proposes affine maps, fixed mm to moving mm; None where no model is named and none has a network.

    Raises
    ------
    InputError
        If a model is named that has no such network, or its network is not sound.
    """
    network = _named(options) if options.model else _shipped(options.device)
    return None if network is None else partial(proposed, network)


def load_affine_network(bundle: Bundle, device: str | torch.device = "cpu") -> AffineNetwork | None:
    """The affine network of a bundle; None where its manifest names no such part.

    Raises
    ------
    InputError
        If its settings or its weights are not sound, or do not fit one another.
    """
    if AFFINE_PART not in bundle.manifest.parts:
        return None
    path = bundle.path(AFFINE_SETTINGS)
    settings = settings_of(read_json(path.read_bytes(), path), path)
    with torch.device("meta"):
        network = AffineNetwork(settings)
    network.load_state_dict(checked_weights(bundle, AFFINE_WEIGHTS, network), assign=True)
    return network.to(device).requires_grad_(False).eval()


def affine_parts(network: AffineNetwork) -> dict[str, Callable[[Path], None]]:
    """Writers of the files of the part `AFFINE_PART`: weights in half precision, and settings."""
    told = json.dumps(asdict(network.settings), indent=1) + "\n"

    def write_settings(path: Path) -> None:
        path.write_text(told, encoding="utf-8")

    return {AFFINE_SETTINGS: write_settings, AFFINE_WEIGHTS: partial(write_weights, network)}


def trained_affine_network(folder: Path, device: str | torch.device = "cpu") -> AffineNetwork:
    """The network of a finished run of ``craniomark train register model=affine_...``.

    Raises
    ------
    InputError
        If the folder is of another task, or its training is not done.
    """
    told, path = run_config(folder)
    if "affine" not in told or told.get("choice", {}).get("kind") != "affine":
        remedy = "give the folder of `craniomark train register model=affine_matrix`"
        raise InputError(folder, "run", "of another task", remedy)
    return with_run_weights(AffineNetwork(settings_of(told["affine"], path)), folder, device)


def settings_of(told: Mapping[str, Any], path: Path) -> AffineSettings:
    """Settings of a network from JSON.

    Raises
    ------
    InputError
        If a value is missing, too many or not allowed.
    """
    return settings_from(AffineSettings, told, ("widths", "filters"), path)


def _named(options: Options) -> AffineNetwork | None:
    """The network of the run or the bundle that the user names."""
    assert options.model is not None
    folder = Path(options.model).expanduser()
    if (folder / RUN_SETTINGS).is_file():
        network: AffineNetwork | None = trained_affine_network(folder, options.device)
    else:
        bundle = load_bundle(options.model)
        network = load_affine_network(bundle, options.device)
    if network is None or network.settings.axes != 3:
        remedy = f"name one with a part {AFFINE_PART}, or the folder of a run of `craniomark train register`"
        raise InputError(options.model, "affine network", "none of three axes in this model", remedy)
    return network


def _shipped(device: torch.device) -> AffineNetwork | None:
    """The network of the first bundle that has one."""
    for one in find_bundles():
        if one.manifest and not one.hidden and AFFINE_PART in one.manifest.parts:
            return load_affine_network(load_bundle(one.path), device)
    return None
