"""The networks of a bundle: read, checked, and written as parts of one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.bundle import Bundle
from craniomark.flows.bundle.parse import read_json
from craniomark.ground.checks import InputError
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


def checked_weights(bundle: Bundle, name: str, network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Float32 weights of a ``.safetensors`` file, of the names and shapes of a network.

    Raises
    ------
    InputError
        If a tensor is missing, too many, of another shape or not finite.
    """
    stored: Mapping[str, NDArray[Any]] = bundle.tensors(name)
    wanted = network.state_dict()
    strange = sorted(set(stored) ^ set(wanted))
    if strange:
        raise _unusable(bundle, name, f"{strange[0]} in only one of weights and settings")
    for key, tensor in wanted.items():
        if stored[key].shape != tuple(tensor.shape):
            raise _unusable(bundle, name, f"{key} of shape {stored[key].shape}, not {tuple(tensor.shape)}")
        if not np.isfinite(stored[key]).all():
            raise _unusable(bundle, name, f"{key} holds numbers that are not finite")
    return {key: torch.from_numpy(stored[key].astype(np.float32)) for key in wanted}


def write_weights(network: torch.nn.Module, path: Path) -> None:
    """Write a network's weights in half precision.

    Raises
    ------
    ValueError
        If one is too large for half precision, or not finite.
    """
    from safetensors.numpy import save

    weights = {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}
    with np.errstate(over="ignore"):
        halves = {name: values.astype(np.float16) for name, values in weights.items()}
    for name, values in halves.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds numbers that half precision can't")
    path.write_bytes(save({name: np.asarray(values, order="C") for name, values in halves.items()}))


def _settings(bundle: Bundle) -> NetworkSettings:
    path = bundle.path(ORIENT_SETTINGS)
    told = read_json(path.read_bytes(), path)
    strange = sorted(set(told) ^ {field.name for field in fields(NetworkSettings)})
    if strange:
        raise _unusable(bundle, ORIENT_SETTINGS, f"{strange[0]} missing or not known")
    try:
        widths = tuple(int(width) for width in told["widths"])
        return NetworkSettings(**{**told, "widths": widths})
    except (TypeError, ValueError) as error:
        raise _unusable(bundle, ORIENT_SETTINGS, error) from error


def _write_settings(settings: NetworkSettings, path: Path) -> None:
    path.write_text(json.dumps(asdict(settings), indent=1) + "\n", encoding="utf-8")


def _unusable(bundle: Bundle, name: str, what: object) -> InputError:
    return InputError(bundle.path(name), "content", f"not usable ({what})", "make the bundle anew")
