"""Elastic networks, from folders of training runs and from bundles."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch

from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.bundle.parse import read_json
from craniomark.flows.bundle.search import find_bundles
from craniomark.flows.pipeline.trained_runs import RUN_SETTINGS, run_config, with_run_weights
from craniomark.flows.pipeline.weight_files import checked_weights, write_weights
from craniomark.flows.registration.methods import Options
from craniomark.ground.checks import InputError
from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.regnet.elastic.network import ElasticNetwork, ElasticSettings

ELASTIC_PART = "register_elastic"
ELASTIC_SETTINGS, ELASTIC_WEIGHTS = "register-elastic.json", "register-elastic.safetensors"


def elastic_network(options: Options) -> ElasticNetwork | None:
    """The network of the run or bundle that is named, or of the first bundle that has one; else None.

    Raises
    ------
    InputError
        If what is named can't be used.
    """
    if options.model:
        folder = Path(options.model).expanduser()
        if (folder / RUN_SETTINGS).is_file():
            return trained_elastic_network(folder, options.device)
        return load_elastic_network(load_bundle(options.model), options.device)
    for one in find_bundles():
        if one.manifest and not one.hidden and ELASTIC_PART in one.manifest.parts:
            return load_elastic_network(load_bundle(one.path), options.device)
    return None


def load_elastic_network(bundle: Bundle, device: str | torch.device = "cpu") -> ElasticNetwork | None:
    """The elastic network of a bundle; None where its manifest names no such part; InputError if unsound."""
    if ELASTIC_PART not in bundle.manifest.parts:
        return None
    path = bundle.path(ELASTIC_SETTINGS)
    with torch.device("meta"):
        network = ElasticNetwork(settings_of(read_json(path.read_bytes(), path), path))
    network.load_state_dict(checked_weights(bundle, ELASTIC_WEIGHTS, network), assign=True)
    return network.to(device).requires_grad_(False).eval()


def trained_elastic_network(folder: Path, device: str | torch.device = "cpu") -> ElasticNetwork:
    """The network of a finished run of ``craniomark train register model=elastic_...``.

    Raises
    ------
    InputError
        If the folder is of another task, or its training is not done.
    """
    told, path = run_config(folder)
    if told.get("choice", {}).get("kind") != "elastic":
        remedy = "give the folder of `craniomark train register model=elastic_diff`"
        raise InputError(folder, "run", "of another task", remedy)
    return with_run_weights(ElasticNetwork(settings_of(told["elastic"], path)), folder, device)


def elastic_parts(network: ElasticNetwork) -> dict[str, Callable[[Path], None]]:
    """Writers of the files of the part `ELASTIC_PART`: weights in eight bits, and settings."""
    told = json.dumps(asdict(network.settings), indent=1) + "\n"

    def write_settings(path: Path) -> None:
        path.write_text(told, encoding="utf-8")

    return {ELASTIC_SETTINGS: write_settings, ELASTIC_WEIGHTS: partial(write_weights, network, bits=8)}


def settings_of(told: Any, path: Path) -> ElasticSettings:
    """Settings of a network from JSON; InputError if they are not sound."""
    try:
        unet = dict(told["unet"])
        unet["filters"] = tuple(int(n) for n in unet["filters"])
        told = {**told, "windows": tuple(int(n) for n in told["windows"])}
        return ElasticSettings(**{**told, "unet": UNetSettings(**unet)})
    except (TypeError, ValueError, KeyError) as error:
        raise InputError(
            path, "content", f"not usable ({error})", "make the bundle, or train, anew"
        ) from error
