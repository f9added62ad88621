"""What lies in a cache folder, for those who want to look or to have the room back."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from craniomark.flows.training.job import CACHE
from craniomark.flows.training.kept.store import IN_USE_SECONDS, Shelf, shelves
from craniomark.ground.checks import InputError

_PREPARED = ("scan-*", "landmarks-*", "template-*", "sum-*")


@dataclass(frozen=True)
class Cached:
    """A cache folder.

    Attributes
    ----------
    folder : Path
        Itself.
    shelves : list of Shelf
        Kept batches by what they were made of.
    prepared : list of Path
        Files of prepared scans, landmarks and templates.
    prepared_bytes : int
        Their size.
    """

    folder: Path
    shelves: list[Shelf]
    prepared: list[Path]
    prepared_bytes: int


def cached(folder: Path) -> Cached:
    """What lies in a cache folder, or in the one of a run folder.

    Raises
    ------
    InputError
        If it is no such folder.
    """
    inside = folder / CACHE
    place = inside if inside.is_dir() else folder
    if not place.is_dir():
        raise InputError(folder, "folder", "not there", "give a cache folder or the folder of a run")
    prepared = sorted(path for pattern in _PREPARED for path in place.glob(pattern) if path.is_file())
    return Cached(place, shelves(place), prepared, sum(path.stat().st_size for path in prepared))


def in_use(shelf: Shelf) -> bool:
    """Whether a run may be using these batches."""
    return time.time() - shelf.used < IN_USE_SECONDS


def forget_batches(found: Cached) -> tuple[int, int]:
    """Delete kept batches that no run uses; return how many bytes that gave, and how many kinds stay.

    Nothing is lost by it: runs make again what they need.
    """
    free = [shelf for shelf in found.shelves if not in_use(shelf)]
    for shelf in free:
        shutil.rmtree(shelf.path, ignore_errors=True)
    return sum(shelf.bytes for shelf in free), len(found.shelves) - len(free)


def forget_prepared(found: Cached) -> int:
    """Delete prepared scans, landmarks and templates; return how many bytes that gave."""
    for path in found.prepared:
        path.unlink(missing_ok=True)
    return found.prepared_bytes
