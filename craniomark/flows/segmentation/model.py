"""Networks of bone masks: parts of bundles, and what training leaves in its folder."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.bundle.parse import read_json
from craniomark.flows.bundle.search import find_bundles
from craniomark.flows.pipeline.trained_runs import RUN_SETTINGS, run_config, settings_from, with_run_weights
from craniomark.flows.pipeline.weight_files import checked_weights, write_weights
from craniomark.ground.checks import InputError
from craniomark.tasks.segment.network import NetworkSettings, SegmentNetwork

SEGMENT_PART = "segment"
SEGMENT_SETTINGS, SEGMENT_WEIGHTS = "segment.json", "segment.safetensors"
_LISTS = ("filters", "dilations")


def load_segment_network(bundle: Bundle, device: str | torch.device = "cpu") -> SegmentNetwork | None:
    """The network of bone masks of a bundle; None where its manifest names no such part.

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
    if SEGMENT_PART not in bundle.manifest.parts:
        return None
    path = bundle.path(SEGMENT_SETTINGS)
    settings = settings_of(read_json(path.read_bytes(), path), path)
    with torch.device("meta"):
        network = SegmentNetwork(settings)
    network.load_state_dict(checked_weights(bundle, SEGMENT_WEIGHTS, network), assign=True)
    return network.to(device).requires_grad_(False).eval()


def segment_parts(network: SegmentNetwork) -> dict[str, Callable[[Path], None]]:
    """Writers of the files of the part `SEGMENT_PART`: weights in eight bits, and settings."""
    return {
        SEGMENT_SETTINGS: lambda path: _write_settings(network.settings, path),
        SEGMENT_WEIGHTS: lambda path: write_weights(network, path, 8),
    }


def chosen_network(model: str | None, device: torch.device) -> tuple[SegmentNetwork, str]:
    """The network that a user names, and what to call it.

    Parameters
    ----------
    model : str or None
        Bundle by name or path, or the folder of a finished run of ``craniomark train segment``; None takes
        the only bundle that has such a network.
    device : torch.device
        Where it goes.

    Raises
    ------
    InputError
        If there is none, or several where none is named.
    """
    if model and (Path(model).expanduser() / RUN_SETTINGS).is_file():
        return trained_network(Path(model).expanduser(), device), Path(model).name
    bundle = load_bundle(model or _only_one())
    network = load_segment_network(bundle, device)
    if network is None:
        remedy = "name one with a part segment, or the folder of a run of `craniomark train segment`"
        raise InputError(bundle.source, "bone mask", "none in this model", remedy)
    return network, f"{bundle.manifest.name} {bundle.manifest.version}"


def trained_network(folder: Path, device: str | torch.device = "cpu") -> SegmentNetwork:
    """The network of a finished run.

    Raises
    ------
    InputError
        If the folder is of another task, or its training is not done.
    """
    told, path = run_config(folder)
    if "target" not in told or "model" not in told:
        raise InputError(folder, "run", "of another task", "give the folder of `craniomark train segment`")
    return with_run_weights(SegmentNetwork(settings_of(told["model"], path)), folder, device)


def settings_of(told: Mapping[str, Any], path: Path) -> NetworkSettings:
    """Settings of a network from JSON.

    Raises
    ------
    InputError
        If a value is missing, too many or not allowed.
    """
    return settings_from(NetworkSettings, told, _LISTS, path)


def _only_one() -> Path:
    found = [
        one for one in find_bundles()
        if one.manifest and not one.hidden and SEGMENT_PART in one.manifest.parts
    ]  # fmt: skip
    if len(found) != 1:
        names = ", ".join(one.name for one in found)
        value = (
            f"not named, and {f'several fit: {names}' if found else 'none that is installed has a network'}"
        )
        remedy = "name one by --model, or the folder of a run of `craniomark train segment`"
        raise InputError("craniomark segment", "model", value, remedy)
    return found[0].path


def _write_settings(settings: NetworkSettings, path: Path) -> None:
    path.write_text(json.dumps(asdict(settings), indent=1) + "\n", encoding="utf-8")
