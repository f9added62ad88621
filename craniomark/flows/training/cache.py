"""Arrays kept on disk by what they were made of, so that nothing is made twice."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.datasets.hashing import file_sha256
from craniomark.ground.checks import InputError, written_whole

SCHEMA = 1
"""Raised where the same key would stand for other content."""


@dataclass(frozen=True, eq=False)
class Entry:
    """An array, mapped from its file and not read yet, and notes about it."""

    array: NDArray[Any]
    notes: dict[str, Any]


class Cache:
    """A folder of entries that several runs and processes may share.

    An entry is an ``.npy`` file and, written after it, a ``.json`` file of notes. What can't be read is
    made again; what two processes make at once is the same, and the last one stays.

    Parameters
    ----------
    folder : Path
        Made when the first entry is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entry(self, kind: str, parts: dict[str, Any], make: Callable[[], Entry]) -> Entry:
        """The entry made of `parts`, by `make` where it isn't there.

        Parameters
        ----------
        kind : str
            What it is, part of its file name.
        parts : dict
            All that it depends on; JSON must hold it.
        make : callable
            Makes it.
        """
        path = self.folder / f"{kind}-{key_of(kind, parts)}.npy"
        found = _read(path)
        if found is None:
            _write(path, make())
            found = _read(path)
        if found is None:
            raise InputError(path, "content", "not readable again", "choose a cache folder on another disk")
        return found

    def sha256(self, path: Path) -> str:
        """Checksum of a file or, for a folder, of its files' in order.

        It is taken again only where size or time of a file changed.
        """
        if path.is_dir():
            files = sorted(one for one in path.iterdir() if one.is_file())
            return hashlib.sha256("".join(map(self.sha256, files)).encode()).hexdigest()
        status = path.stat()
        parts = {"path": str(path.resolve()), "size": status.st_size, "time": status.st_mtime_ns}
        note = self.folder / f"sum-{key_of('sum', parts)}.json"
        known = _notes(note)
        if known is None or not isinstance(known.get("sha256"), str):
            known = {"sha256": file_sha256(path)}
            _write_notes(note, known)
        return str(known["sha256"])


def key_of(kind: str, parts: dict[str, Any]) -> str:
    """Name of an entry: a digest of what it depends on."""
    text = json.dumps([SCHEMA, kind, parts], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _read(path: Path) -> Entry | None:
    notes = _notes(path.with_suffix(".json"))
    if notes is None:
        return None
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return Entry(array, notes)


def _notes(path: Path) -> dict[str, Any] | None:
    try:
        notes = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return notes if isinstance(notes, dict) else None


def _write(path: Path, entry: Entry) -> None:
    with written_whole(path) as part, part.open("wb") as stream:
        np.save(stream, np.ascontiguousarray(entry.array), allow_pickle=False)
    _write_notes(path.with_suffix(".json"), entry.notes)


def _write_notes(path: Path, notes: dict[str, Any]) -> None:
    with written_whole(path) as part:
        part.write_text(json.dumps(notes), encoding="utf-8")
