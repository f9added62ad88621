"""Weights of a bundle in half precision and in eight bits."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from craniomark.flows.pipeline.weight_files import checked_weights, write_weights
from craniomark.ground.checks import InputError


class File:
    """What a bundle gives of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tensors(self, _name: str) -> dict[str, Any]:
        return dict(load_file(self._path))

    def path(self, _name: str) -> Path:
        return self._path


def network(seed: int = 0) -> torch.nn.Module:
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Conv3d(2, 5, 3), torch.nn.BatchNorm3d(5), torch.nn.Linear(4, 3))


def read(path: Path, of: torch.nn.Module) -> dict[str, torch.Tensor]:
    return checked_weights(File(path), "w", of)  # type: ignore[arg-type]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1e-4, 1.0, 300.0]))
def test_eight_bits_are_off_by_less_than_half_a_step_of_their_row(seed: int, size: float) -> None:
    made = network(seed)
    with torch.no_grad():
        made[0].weight.mul_(size)  # type: ignore[index]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "w"
        write_weights(made, path, bits=8)
        found = read(path, made)
    for name, tensor in made.state_dict().items():
        if tensor.ndim < 2:
            assert torch.equal(found[name], tensor.float())
            continue
        step = tensor.flatten(1).abs().amax(1) / 127
        assert ((found[name] - tensor).flatten(1).abs().amax(1) <= 0.5001 * step + 1e-12).all()


def test_eight_bits_take_half_of_the_room(tmp_path: Path) -> None:
    made = torch.nn.Linear(200, 300)
    sizes = []
    for bits in (16, 8):
        write_weights(made, tmp_path / "w", bits)  # type: ignore[arg-type]
        sizes.append((tmp_path / "w").stat().st_size)
    assert sizes[1] < 0.55 * sizes[0]


def test_a_row_of_nothing_stays_nothing(tmp_path: Path) -> None:
    made = torch.nn.Linear(3, 2)
    torch.nn.init.zeros_(made.weight)
    write_weights(made, tmp_path / "w", bits=8)
    assert not read(tmp_path / "w", made)["weight"].any()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.pop("0.weight::scale"), "0.weight has no scale"),
        (lambda t: t.update({"0.weight::scale": np.ones(4, np.float32)}), "does not fit 0.weight"),
        (lambda t: t.update({"other::scale": np.ones(4, np.float32)}), "other::scale does not fit other"),
        (lambda t: t["0.weight::scale"].fill(np.inf), "not finite"),
    ],
)
def test_damaged_scales_are_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], told: str
) -> None:
    write_weights(network(), tmp_path / "w", bits=8)
    tensors = load_file(tmp_path / "w")
    change(tensors)
    save_file(tensors, tmp_path / "w")
    with pytest.raises(InputError, match=told):
        read(tmp_path / "w", network())


def test_numbers_that_are_not_finite_are_not_written(tmp_path: Path) -> None:
    made = network()
    with torch.no_grad():
        made[2].bias.fill_(float("nan"))  # type: ignore[index]
    with pytest.raises(ValueError, match=r"2\.bias holds numbers that are not finite"):
        write_weights(made, tmp_path / "w", bits=8)
