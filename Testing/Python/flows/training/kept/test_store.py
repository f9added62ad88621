"""Kept batches: the same again or none, bounded, and never those of others."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from craniomark.flows.training.kept import store as module
from craniomark.flows.training.kept.store import IN_USE_SECONDS, Store, shelves
from craniomark.flows.training.task import Batch


@pytest.fixture(autouse=True)
def nothing_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPARE_BYTES", 0)


def batch_of(value: float = 1.0) -> Batch:
    tensors = {
        "images": torch.full((2, 1, 4, 4, 4), value), "points": torch.tensor([[[1.0, torch.nan, 3.0]]] * 2),
        "groups": torch.tensor([3, -1]), "half": torch.ones(2, dtype=torch.float16), "one": torch.tensor(0.5),
        "flags": torch.tensor([True, False]),
    }  # fmt: skip
    return Batch(tensors, ("Mäuschen", "b"))


def opened(cache: Path, most: int = 10**6, **parts: object) -> Store:
    store = Store(cache, "toy", parts or {"recipe": 1}, most)
    store.open()
    return store


def same(one: Batch | None, other: Batch) -> bool:
    if one is None or one.names != other.names or one.tensors.keys() != other.tensors.keys():
        return False
    return all(
        a.dtype == b.dtype and a.shape == b.shape and torch.equal(a.nan_to_num(7), b.nan_to_num(7))
        for a, b in zip(one.tensors.values(), other.tensors.values(), strict=True)
    )


def test_a_batch_comes_back_to_the_bit_in_another_process_of_the_run(tmp_path: Path) -> None:
    opened(tmp_path).write(3, 12, batch_of())
    again = opened(tmp_path)
    assert again.there() == {(3, 12)} and same(again.read(3, 12), batch_of())
    assert again.read(3, 13) is None and again.read(4, 12) is None


def test_what_is_read_may_be_changed_and_stays_on_disk(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.write(3, 12, batch_of())
    found = store.read(3, 12)
    assert found
    found.tensors["images"].zero_()
    assert same(store.read(3, 12), batch_of())


def test_it_is_a_memory_mapped_file(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.write(3, 12, batch_of(5.0))
    mapped = np.load(store.file(3, 12), mmap_mode="r", allow_pickle=False)
    assert isinstance(mapped, np.memmap) and float(mapped["images"].mean()) == 5.0


def test_other_parts_have_a_shelf_of_their_own(tmp_path: Path) -> None:
    opened(tmp_path, recipe=1).write(3, 12, batch_of())
    assert opened(tmp_path, recipe=2).read(3, 12) is None
    assert [(one.count, one.about["recipe"]) for one in shelves(tmp_path) if one.count] == [(1, 1)]


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "text"])
def test_a_damaged_batch_is_none_and_is_removed(tmp_path: Path, harm: str) -> None:
    store = opened(tmp_path)
    store.write(3, 12, batch_of())
    path = store.file(3, 12)
    content = bytearray(path.read_bytes())
    content[-40] ^= 1
    path.write_bytes({"cut": content[:-50], "flipped": content, "empty": b"", "text": b"no batch"}[harm])
    assert opened(tmp_path).read(3, 12) is None
    assert not path.exists()


def test_numbers_that_files_can_not_hold_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        opened(tmp_path).write(3, 12, Batch({"x": torch.ones(2, dtype=torch.bfloat16)}, ("a", "b")))


def test_the_size_is_bounded_and_what_is_not_needed_goes_first(tmp_path: Path) -> None:
    store = opened(tmp_path)
    size = store.write(3, 0, batch_of())
    for seed, step in ((3, 1), (3, 2), (2, 9)):
        store.write(seed, step, batch_of())
    tight = opened(tmp_path, most=sum(path.stat().st_size for path in store.path.glob("*.npy")) + size // 2)
    assert tight.room_for(size, seed=3, oldest=2)
    assert tight.there() == {(3, 2)}
    assert not opened(tmp_path, most=size).room_for(size, seed=3, oldest=2)
    assert tight.there() == {(3, 2)}, "what is needed stays"


def test_batches_of_others_go_only_when_nobody_has_used_them_lately(tmp_path: Path) -> None:
    theirs = opened(tmp_path, recipe=2)
    size = theirs.write(3, 0, batch_of())
    theirs.write(3, 1, batch_of())
    mine = opened(tmp_path, most=4 * size, recipe=1)  # files have headers beside their batches
    assert not mine.room_for(2 * size, 3, 0) and len(theirs.there()) == 2
    long_ago = time.time() - IN_USE_SECONDS - 60
    os.utime(theirs.path / module.ABOUT, (long_ago, long_ago))
    assert mine.room_for(2 * size, 3, 0) and not theirs.path.exists()


def test_room_is_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(tmp_path)
    assert store.room_for(100, 3, 0)
    monkeypatch.setattr(module, "SPARE_BYTES", 10**18)
    assert not store.room_for(100, 3, 0)


def test_leftovers_of_killed_processes_go(tmp_path: Path) -> None:
    store = opened(tmp_path)
    old, young = store.path / ".part-x.npy", store.path / ".part-y.npy"
    for path in (old, young):
        path.write_bytes(b"half")
    long_ago = time.time() - IN_USE_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    again = opened(tmp_path)
    assert not old.exists() and young.exists() and again.there() == set()
