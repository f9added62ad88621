"""Tensors with notes in one safetensors file that tells whether it is whole."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from craniomark.flows.training.files import sync
from craniomark.ground.checks import InputError, written_whole

# One key only: the order of several in the file isn't defined, and equal runs should write equal files.
_KEY = "craniomark"


class Damaged(Exception):  # noqa: N818 - a finding, told to the user in other words
    """The file isn't what was written."""


def write_tensors(path: Path, tensors: Mapping[str, torch.Tensor], notes: Mapping[str, Any]) -> None:
    """Write tensors and notes whole or not at all, and onto the disk before the name.

    Parameters
    ----------
    path : Path
        A ``.safetensors`` file; replaced by a complete one.
    tensors : mapping of str to Tensor
        Of any device.
    notes : mapping
        What JSON can hold.

    Raises
    ------
    InputError
        If the disk is full or the folder can't be written.
    """
    from safetensors.torch import save

    copies = {name: t.detach().cpu().contiguous().clone() for name, t in tensors.items()}
    signed = {**notes, "sha256": _checksum(copies, notes)}
    content = save(copies, metadata={_KEY: json.dumps(signed, sort_keys=True)})
    with written_whole(path) as part:
        part.write_bytes(content)
        sync(part)
    sync(path.parent)


def read_tensors(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read what `write_tensors` wrote.

    Returns
    -------
    tensors : dict of str to Tensor
        On the CPU.
    notes : dict

    Raises
    ------
    Damaged
        If anything in it differs from what was written.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            notes = json.loads((file.metadata() or {})[_KEY])
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
        checksum = notes.pop("sha256")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise Damaged(f"{path.name} can't be read") from error
    if checksum != _checksum(tensors, notes):
        raise Damaged(f"{path.name} differs from its checksum")
    return tensors, notes


def load_weights(network: torch.nn.Module, path: Path) -> None:
    """Give a network the weights that a run wrote.

    Raises
    ------
    InputError
        If the file is damaged or belongs to another network.
    """
    try:
        tensors, _ = read_tensors(path)
    except Damaged as error:
        raise InputError(path, "content", f"damaged ({error})", "train again, or copy it anew") from error
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        remedy = "give the weights that were trained with this configuration"
        raise InputError(path, "content", "of another network", remedy) from error


def _checksum(tensors: Mapping[str, torch.Tensor], notes: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(notes, sort_keys=True).encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
