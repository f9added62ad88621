"""Kept batches as files: one memory-mapped ``.npy`` each, whole or not there, checked when first read."""

import json
import os
import shutil
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.training.cache import key_of
from craniomark.flows.training.task import Batch
from craniomark.ground.checks import written_whole

FOLDER = "batches"
"""Folder of kept batches within a cache folder."""
ABOUT = "about.json"
IN_USE_SECONDS = 900.0
SPARE_BYTES = 500_000_000
"""Left free on the disk, so that checkpoints find room."""
_SUM, _NAMES = "sum of the rest", "names"


@dataclass(frozen=True)
class Shelf:
    """The batches of one recipe and the same specimens, as `craniomark data cache` lists them.

    Attributes
    ----------
    path : Path
        Its folder.
    about : dict
        What they were made of.
    count, bytes : int
        Batches and their size.
    used : float
        Seconds since 1970 when a run last used it.
    """

    path: Path
    about: dict[str, Any]
    count: int
    bytes: int
    used: float


class Store:
    """The kept batches of a run; runs with the same samples share them.

    Parameters
    ----------
    cache : Path
        The cache folder, which has a folder for each kind of sample.
    task : str
        Part of its name.
    parts : mapping
        All that the samples depend on beside seed and step; JSON must hold it.
    most_bytes : int
        Of all kept batches in the cache folder together.
    """

    def __init__(self, cache: Path, task: str, parts: Mapping[str, Any], most_bytes: int) -> None:
        self.root = cache / FOLDER
        self.path = self.root / f"{task}-{key_of('batches', dict(parts))}"
        self._about, self._most = {"task": task, **parts}, most_bytes
        self._good: set[tuple[int, int]] = set()
        self._touched = 0.0

    def open(self) -> None:
        """Make the folder.

        Raises
        ------
        InputError
            If it can't be written.
        """
        about = self.path / ABOUT
        if not about.exists():
            with written_whole(about) as part:
                part.write_text(json.dumps(self._about, indent=1), encoding="utf-8")
        for part in self.path.glob(".part-*"):  # of processes that were killed
            with suppress(OSError):
                if time.time() - part.stat().st_mtime > IN_USE_SECONDS:
                    part.unlink()
        self.touch()

    def touch(self) -> None:
        """Note now and then that the batches are in use."""
        if time.monotonic() - self._touched > IN_USE_SECONDS / 10 or not self._touched:
            self._touched = time.monotonic()
            with suppress(OSError):
                os.utime(self.path / ABOUT)

    def there(self) -> set[tuple[int, int]]:
        """Seeds and steps whose batches are kept."""
        return {key for key in map(_key, self.path.glob("[0-9]*.npy")) if key}

    def file(self, seed: int, step: int) -> Path:
        """Where a batch lies."""
        return self.path / f"{seed}-{step:09d}.npy"

    def read(self, seed: int, step: int) -> Batch | None:
        """A batch that is kept; None where there is none, or it is damaged, which also removes it."""
        path = self.file(seed, step)
        try:
            record = np.load(path, mmap_mode="r", allow_pickle=False)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError):
            _remove(path)
            return None
        if (seed, step) not in self._good:
            if not _is_whole(record):
                _remove(path)
                return None
            self._good.add((seed, step))
        names = tuple(str(name) for name in record[_NAMES])
        tensors = {name: torch.from_numpy(np.array(record[name])) for name in record.dtype.names[2:]}
        return Batch(tensors, names)

    def write(self, seed: int, step: int, batch: Batch) -> int:
        """Keep a batch; return its size in bytes.

        Raises
        ------
        InputError
            If the disk is full or can't be written.
        TypeError
            If it holds numbers that files can't.
        """
        record = _packed(batch)
        with written_whole(self.file(seed, step)) as part, part.open("wb") as stream:
            np.save(stream, record, allow_pickle=False)
        return record.nbytes

    def room_for(self, size: int, seed: int, oldest: int) -> bool:
        """Whether a batch of `size` bytes may be kept, after what isn't needed any more was removed.

        First the batches of this store before the step `oldest` and of other seeds go, then those of the
        store that was not used for longest, but of none that a run uses.

        Parameters
        ----------
        size : int
            Bytes, of all that is being made.
        seed, oldest : int
            What this run still needs.
        """
        self.touch()
        if self._fits(size):
            return True
        for path in sorted(self.path.glob("[0-9]*.npy")):
            key = _key(path)
            if key and (key[0] != seed or key[1] < oldest):
                _remove(path)
        for shelf in sorted(shelves(self.root.parent), key=lambda one: one.used):
            if self._fits(size):
                return True
            if shelf.path != self.path and time.time() - shelf.used > IN_USE_SECONDS:
                shutil.rmtree(shelf.path, ignore_errors=True)
        return self._fits(size)

    def _fits(self, size: int) -> bool:
        kept = _size(self.root)
        with suppress(OSError):
            if shutil.disk_usage(self.path).free - size < SPARE_BYTES:
                return False
        return kept + size <= self._most


def shelves(cache: Path) -> list[Shelf]:
    """Kept batches in a cache folder, by what they were made of."""
    found = []
    for path in sorted((cache / FOLDER).glob("*/" + ABOUT)):
        try:
            about, used = json.loads(path.read_text(encoding="utf-8")), path.stat().st_mtime
        except (OSError, ValueError):
            continue
        count = len(list(path.parent.glob("[0-9]*.npy")))
        found.append(Shelf(path.parent, about, count, _size(path.parent), used))
    return found


def _packed(batch: Batch) -> NDArray[Any]:
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in batch.tensors.items()}
    names = np.array(batch.names)
    dtype = [(_SUM, np.uint32), (_NAMES, names.dtype, names.shape)]
    dtype += [(name, array.dtype, array.shape) for name, array in arrays.items()]
    record = np.zeros((), dtype=dtype)
    record[_NAMES] = names
    for name, array in arrays.items():
        record[name] = array
    record[_SUM] = _sum_of(record)
    return record


def _is_whole(record: NDArray[Any]) -> bool:
    names = record.dtype.names or ()
    return names[:2] == (_SUM, _NAMES) and int(record[_SUM]) == _sum_of(record)


def _sum_of(record: NDArray[Any]) -> int:
    return zlib.crc32(record.reshape(1).view(np.uint8).data[4:])


def _key(path: Path) -> tuple[int, int] | None:
    seed, _, step = path.stem.partition("-")
    return (int(seed), int(step)) if seed.isdigit() and step.isdigit() else None


def _size(root: Path) -> int:
    """Bytes of all batches below a folder, those that are being written too."""
    total = 0
    for path in root.rglob("*.npy"):
        with suppress(OSError):  # another process may remove it
            total += path.stat().st_size
    return total


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
