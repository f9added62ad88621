"""The networks of a bundle: read, checked, and written as parts of one."""

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path

import torch

from craniomark.flows.bundle import Bundle
from craniomark.flows.bundle.parse import read_json
from craniomark.flows.pipeline.weight_files import checked_weights, unusable, write_weights
from craniomark.tasks.orient.network import NetworkSettings, OrientNetwork

ORIENT_PART = "orient_network"
ORIENT_SETTINGS, ORIENT_WEIGHTS = "orient.json", "orient.safetensors"


def load_orient_network(bundle: Bundle, device: str | torch.device = "cpu") -> OrientNetwork | None:
    """The orientation network of a bundle; None where its manifest names no such part.

    Parameters
    ----------
    bundle : Bundle
        Verified.
    device : torch.device
        Where the network goes.

    Raises
    ------
    InputError
        If its settings or its weights are not sound, or do not fit one another.
    """
    if ORIENT_PART not in bundle.manifest.parts:
        return None
    settings = _settings(bundle)
    with torch.device("meta"):
        network = OrientNetwork(settings)
    weights = checked_weights(bundle, ORIENT_WEIGHTS, network)
    network.load_state_dict(weights, assign=True)
    return network.to(device).requires_grad_(False).eval()


def orient_parts(network: OrientNetwork) -> dict[str, Callable[[Path], None]]:
    """Writers of the files of the part `ORIENT_PART`: weights in half precision, and settings."""
    return {
        ORIENT_SETTINGS: lambda path: _write_settings(network.settings, path),
        ORIENT_WEIGHTS: lambda path: write_weights(network, path),
    }


def _settings(bundle: Bundle) -> NetworkSettings:
    path = bundle.path(ORIENT_SETTINGS)
    told = read_json(path.read_bytes(), path)
    strange = sorted(set(told) ^ {field.name for field in fields(NetworkSettings)})
    if strange:
        raise unusable(bundle, ORIENT_SETTINGS, f"{strange[0]} missing or not known")
    try:
        widths = tuple(int(width) for width in told["widths"])
        return NetworkSettings(**{**told, "widths": widths})
    except (TypeError, ValueError) as error:
        raise unusable(bundle, ORIENT_SETTINGS, error) from error


def _write_settings(settings: NetworkSettings, path: Path) -> None:
    path.write_text(json.dumps(asdict(settings), indent=1) + "\n", encoding="utf-8")
