"""Weights of networks in ``.safetensors`` files: half precision, or eight bits with a scale for each row."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.bundle import Bundle
from craniomark.ground.checks import InputError

Arrays = Mapping[str, NDArray[Any]]
_SCALE = "::scale"
_MOST = 127


def checked_weights(bundle: Bundle, name: str, network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Float32 weights of a ``.safetensors`` file, of the names and shapes of a network.

    Raises
    ------
    InputError
        If a tensor is missing, too many, of another shape or not finite.
    """
    stored = _whole(bundle.tensors(name), bundle, name)
    wanted = network.state_dict()
    strange = sorted(set(stored) ^ set(wanted))
    if strange:
        raise unusable(bundle, name, f"{strange[0]} in only one of weights and settings")
    for key, tensor in wanted.items():
        if stored[key].shape != tuple(tensor.shape):
            raise unusable(bundle, name, f"{key} of shape {stored[key].shape}, not {tuple(tensor.shape)}")
        if not np.isfinite(stored[key]).all():
            raise unusable(bundle, name, f"{key} holds numbers that are not finite")
    return {key: torch.from_numpy(np.array(stored[key], dtype=np.float32)) for key in wanted}


def write_weights(network: torch.nn.Module, path: Path, bits: Literal[16, 8] = 16) -> None:
    """Write a network's weights.

    Parameters
    ----------
    network : torch.nn.Module
        Its state is written.
    path : Path
        A ``.safetensors`` file.
    bits : {16, 8}
        Half precision; or matrices and kernels as integers times a scale for each row, or output channel,
        and vectors in single precision.

    Raises
    ------
    ValueError
        If a number is too large for half precision, or not finite.
    """
    from safetensors.numpy import save

    weights = {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}
    small = _halves(weights) if bits == 16 else _eighths(weights)
    path.write_bytes(save({name: np.asarray(values, order="C") for name, values in small.items()}))


def unusable(bundle: Bundle, name: str, why: object) -> InputError:
    """What is told of a part of a bundle that does not hold together."""
    return InputError(bundle.path(name), "content", f"not usable ({why})", "make the bundle anew")


def _halves(weights: Arrays) -> dict[str, NDArray[Any]]:
    with np.errstate(over="ignore"):
        halves = {name: values.astype(np.float16) for name, values in weights.items()}
    for name, values in halves.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds numbers that half precision can't")
    return halves


def _eighths(weights: Arrays) -> dict[str, NDArray[Any]]:
    small: dict[str, NDArray[Any]] = {}
    for name, values in weights.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds numbers that are not finite")
        if values.ndim < 2:
            small[name] = values.astype(np.float32)
            continue
        rows = values.reshape(len(values), -1)
        scale = np.maximum(np.abs(rows).max(axis=1), 1e-12).astype(np.float32) / _MOST
        small[name] = np.round(rows / scale[:, None]).astype(np.int8).reshape(values.shape)
        small[name + _SCALE] = scale
    return small


def _whole(stored: Arrays, bundle: Bundle, name: str) -> dict[str, NDArray[Any]]:
    """Arrays as they were before they were written small."""
    found = {key: values for key, values in stored.items() if not key.endswith(_SCALE)}
    for key, values in found.items():
        if values.dtype == np.int8 and key + _SCALE not in stored:
            raise unusable(bundle, name, f"{key} has no scale")
    for key in set(stored) - set(found):
        matrix, scale = key.removesuffix(_SCALE), stored[key]
        if matrix not in found or scale.shape != found[matrix].shape[:1]:
            raise unusable(bundle, name, f"{key} does not fit {matrix}")
        with np.errstate(invalid="ignore"):
            found[matrix] = found[matrix] * scale.reshape(-1, *(1,) * (found[matrix].ndim - 1))
    return found
