"""A made-up skull, and the folder of a finished run whose untrained network is a threshold."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from craniomark.ground.volumes import Volume
from craniomark.tasks.segment.network import NetworkSettings, SegmentNetwork
from craniomark.tasks.segment.sharpness import spectrum
from craniomark.tasks.segment.zoom import Index

MATRIX = np.array([[0, -0.1, 0, 3], [0.12, 0, 0, -2], [0, 0, 0.09, 7], [0, 0, 0, 1.0]])


def shell() -> Volume:
    """A thick shell in air, uneven as bone is."""
    rng = np.random.default_rng(0)
    i, j, k = np.meshgrid(*(np.linspace(-1, 1, n) for n in (60, 72, 66)), indexing="ij")
    away = np.sqrt(i**2 + j**2 + 0.8 * k**2)
    array = np.where(np.abs(away - 0.6) < 0.12, 900, 40) + rng.normal(0, 15, away.shape)
    return Volume(array.astype(np.int16), MATRIX)


def write_run(folder: Path, usual: Volume) -> Path:
    """Write the run; the volume is what its network takes for usual."""

    def read(start: Index, shape: Index) -> np.ndarray:
        part = tuple(slice(first, first + n) for first, n in zip(start, shape, strict=True))
        return np.asarray(usual.array[part], dtype=np.float32)

    folder.mkdir()
    torch.manual_seed(0)
    network = SegmentNetwork(NetworkSettings((8, 8), dilations=(1,), deep=0))
    network.learn_usual(0.1, [spectrum(read, usual.shape)])
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    told = vars(network.settings) | {"filters": [8, 8], "dilations": [1]}
    text = json.dumps({"config": {"target": {}, "model": told}})
    (folder / "identity.json").write_text(text, encoding="utf-8")
    return folder
