"""Weights of DeepSSM's networks: our safetensors, and published state dicts of the same architecture."""

from collections.abc import Mapping
from pathlib import Path

import torch

from craniomark.flows.training.tensors import Damaged, read_tensors, write_tensors
from craniomark.ground.checks import InputError, written_whole
from craniomark.tasks.shape.network import BaseNetwork, ShapeNetwork

OWN = ("score_mean", "score_sd")
"""Tensors that published state dicts keep beside the weights, as mean_PCA.npy and std_PCA.npy."""


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """Tensors of a ``.safetensors`` file, or of a published ``.torch`` or ``.pth`` one, read weights-only.

    Raises
    ------
    InputError
        If it is not there, is damaged, or holds anything else than tensors.
    """
    if not path.is_file():
        raise InputError(path, "weights", "not there", "train the model, or correct the path")
    if path.suffix == ".safetensors":
        try:
            return read_tensors(path)[0]
        except Damaged:
            return _plain_safetensors(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # of many kinds; none of them is believed
        remedy = "give a state dict of tensors; whole pickled networks are not read"
        raise InputError(path, "content", "no plain state dict", remedy) from error
    if not isinstance(found, Mapping) or not all(isinstance(t, torch.Tensor) for t in found.values()):
        raise InputError(path, "content", "no plain state dict", "give a state dict of tensors")
    return {str(name): tensor for name, tensor in found.items()}


def give_weights(
    network: ShapeNetwork, path: Path, score_mean: torch.Tensor | None = None,
    score_sd: torch.Tensor | None = None,
) -> None:  # fmt: skip
    """Give a network weights of ours or published ones.

    Parameters
    ----------
    network : BaseNetwork or TLNetwork
        Changed in place.
    path : Path
        Weights.
    score_mean, score_sd : Tensor, shape (L,), optional
        Statistics of the scores, for published weights, which do not hold them.

    Raises
    ------
    InputError
        If the file is of another network; names the first tensor that differs.
    """
    tensors = dict(read_weights(path))
    own = network.state_dict()
    if isinstance(network, BaseNetwork) and OWN[0] not in tensors:
        tensors[OWN[0]] = own[OWN[0]] if score_mean is None else score_mean.to(own[OWN[0]])
        tensors[OWN[1]] = own[OWN[1]] if score_sd is None else score_sd.to(own[OWN[1]])
    for name in [*own, *tensors]:
        ours = tuple(own[name].shape) if name in own else None
        theirs = tuple(tensors[name].shape) if name in tensors else None
        if ours != theirs:
            value = f"{name} of shape {theirs}" if theirs is not None else f"without {name}"
            remedy = f"give weights of this config, with {ours}" if ours else "give weights of this config"
            raise InputError(path, "network", value, remedy)
    network.load_state_dict(tensors)


def export_weights(network: ShapeNetwork, stem: Path, notes: Mapping[str, object]) -> Path:
    """Write ``STEM.safetensors``, and ``STEM.torch`` as ShapeWorks reads it; returns the first.

    The second is torch's own file of a plain state dict under the published names; it is made for other
    programs and never read here but weights-only.
    """
    path = stem.with_name(stem.name + ".safetensors")
    write_tensors(path, network.state_dict(), notes)
    plain = {name: t.detach().cpu().clone() for name, t in network.state_dict().items() if name not in OWN}
    with written_whole(stem.with_name(stem.name + ".torch")) as part:
        torch.save(plain, part)
    return path


def _plain_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """Of others, without our checksum."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return dict(load_file(path))
    except (SafetensorError, OSError) as error:
        raise InputError(path, "content", "damaged", "train again, or copy it anew") from error
