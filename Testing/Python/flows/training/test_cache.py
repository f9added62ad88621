"""Entries are made once, whole, and anew where something about them is off."""

import os
from pathlib import Path

import numpy as np
import pytest

from craniomark.flows.training.cache import Cache, Entry


class Maker:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Entry:
        self.calls += 1
        return Entry(np.arange(24, dtype=np.float16).reshape(2, 3, 4), {"id": "x"})


def test_an_entry_is_made_once_and_mapped(tmp_path: Path) -> None:
    make = Maker()
    for _ in range(2):
        entry = Cache(tmp_path / "cache").entry("scan", {"of": "a"}, make)
        assert isinstance(entry.array, np.memmap)
        assert entry.array.dtype == np.float16 and entry.array[1, 2, 3] == 23
        assert entry.notes == {"id": "x"}
    assert make.calls == 1


def test_other_parts_are_another_entry(tmp_path: Path) -> None:
    cache, make = Cache(tmp_path), Maker()
    for kind, parts in [("scan", {"of": "a"}), ("scan", {"of": "b"}), ("mask", {"of": "a"})]:
        cache.entry(kind, parts, make)
    assert make.calls == 3


@pytest.mark.parametrize("fault", ["cut array", "no array", "cut notes", "no notes", "notes of a list"])
def test_a_damaged_entry_is_made_again(tmp_path: Path, fault: str) -> None:
    cache, make = Cache(tmp_path), Maker()
    cache.entry("scan", {}, make)
    path = next(tmp_path.glob("*.npy" if "array" in fault else "*.json"))
    if fault.startswith("cut"):
        path.write_bytes(path.read_bytes()[:-9])
    elif fault.startswith("no "):
        path.unlink()
    else:
        path.write_text("[1]")
    assert cache.entry("scan", {}, make).array.shape == (2, 3, 4)
    assert make.calls == 2


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> Entry:
        raise RuntimeError("planted")

    with pytest.raises(RuntimeError):
        Cache(tmp_path).entry("scan", {}, fail)
    assert list(tmp_path.iterdir()) == []


def test_checksums_follow_content(tmp_path: Path) -> None:
    cache, path = Cache(tmp_path / "cache"), tmp_path / "a.txt"
    path.write_text("one")
    first = cache.sha256(path)
    assert cache.sha256(path) == first
    path.write_text("two")
    os.utime(path, (1, 1))
    assert cache.sha256(path) != first


def test_a_folder_has_a_checksum_of_all_its_files(tmp_path: Path) -> None:
    cache, folder = Cache(tmp_path / "cache"), tmp_path / "slices"
    folder.mkdir()
    (folder / "1.tif").write_text("one")
    first = cache.sha256(folder)
    (folder / "2.tif").write_text("two")
    assert cache.sha256(folder) != first
