"""Networks that training has left in its folder, and settings of networks as JSON."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import torch

from craniomark.flows.bundle.parse import read_json
from craniomark.ground.checks import InputError

RUN_SETTINGS, RUN_WEIGHTS = "identity.json", "weights.safetensors"
Settings = TypeVar("Settings")
Network = TypeVar("Network", bound=torch.nn.Module)


def run_config(folder: Path) -> tuple[dict[str, Any], Path]:
    """The config of a run, and the file that it stands in; empty where that holds none."""
    path = folder / RUN_SETTINGS
    told = read_json(path.read_bytes(), path).get("config", {})
    return (told if isinstance(told, dict) else {}), path


def with_run_weights(network: Network, folder: Path, device: str | torch.device) -> Network:
    """A network with the weights of a finished run, ready to be asked.

    Raises
    ------
    InputError
        If the training is not done, or its weights are those of another network.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    weights = folder / RUN_WEIGHTS
    if not weights.is_file():
        raise InputError(folder, "run", "not finished", "go on with it by the command that began it")
    try:
        network.load_state_dict(load_file(weights))
    except (SafetensorError, RuntimeError, OSError) as error:
        raise InputError(weights, "content", f"not usable ({error})", "train it again") from error
    return network.to(device).requires_grad_(False).eval()


def settings_from(
    kind: type[Settings], told: Mapping[str, Any], lists: tuple[str, ...], path: Path
) -> Settings:
    """Settings of a network from JSON; `lists` names those that are whole numbers in a row.

    Raises
    ------
    InputError
        If a value is missing, too many or not allowed.
    """
    strange = sorted(set(told) ^ {field.name for field in fields(kind)})  # type: ignore[arg-type]
    try:
        if strange:
            raise ValueError(f"{strange[0]} missing or not known")
        return kind(**{**told, **{name: tuple(int(one) for one in told[name]) for name in lists}})
    except (TypeError, ValueError) as error:
        remedy = "make the bundle, or train, anew"
        raise InputError(path, "content", f"not usable ({error})", remedy) from error
