import errno
import os
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from craniomark.flows.training.tensors import Damaged, load_weights, read_tensors, write_tensors
from craniomark.ground.checks import InputError

TENSORS = {
    "a/w": torch.arange(6, dtype=torch.float32).reshape(2, 3).T,
    "b": torch.tensor(3),
    "half": torch.tensor([1.5, float("inf")], dtype=torch.bfloat16),
    "none": torch.zeros((0, 2)),
}
NOTES = {"step": 7, "sums": {"loss": [0.1, 3]}}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype and torch.equal(one[name], other[name]) for name in one
    )


def test_what_is_written_is_read(tmp_path):
    write_tensors(tmp_path / "x.safetensors", TENSORS, NOTES)
    tensors, notes = read_tensors(tmp_path / "x.safetensors")
    assert same(tensors, TENSORS) and notes == NOTES


def test_equal_contents_are_equal_files(tmp_path):
    for name in ("x", "y"):
        write_tensors(tmp_path / name, TENSORS, NOTES)
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("good") / "x.safetensors"
    write_tensors(path, TENSORS, NOTES)
    return path


@given(data=st.data())
def test_a_changed_byte_is_noticed(good, data):
    content = bytearray(good.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    damaged = good.with_name("damaged")
    damaged.write_bytes(content)
    try:
        tensors, notes = read_tensors(damaged)
    except Damaged:
        return
    assert same(tensors, TENSORS) and notes == NOTES  # blanks of the header may change


@given(length=st.integers(0, 400))
def test_a_cut_file_is_noticed(good, length):
    content = good.read_bytes()
    cut = good.with_name("cut")
    cut.write_bytes(content[: min(length, len(content) - 1)])
    with pytest.raises(Damaged, match="cut"):
        read_tensors(cut)


def test_missing_file_counts_as_damaged(tmp_path):
    with pytest.raises(Damaged, match="nowhere"):
        read_tensors(tmp_path / "nowhere.safetensors")


def test_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.safetensors"
    write_tensors(path, TENSORS, NOTES)
    before = path.read_bytes()

    def full(self: Path, content: bytes) -> int:  # noqa: ARG001
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left on device"):
        write_tensors(path, TENSORS, {"step": 8})
    assert path.read_bytes() == before and [one.name for one in tmp_path.iterdir()] == ["x.safetensors"]


def test_weights_go_into_the_network_that_they_belong_to(tmp_path):
    one, other = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)
    write_tensors(tmp_path / "w", one.state_dict(), {})
    load_weights(other, tmp_path / "w")
    assert torch.equal(one.weight, other.weight)
    with pytest.raises(InputError, match="of another network"):
        load_weights(torch.nn.Linear(3, 3), tmp_path / "w")
    (tmp_path / "w").write_bytes(b"nothing")
    with pytest.raises(InputError, match="damaged"):
        load_weights(one, tmp_path / "w")
