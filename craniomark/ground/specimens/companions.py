"""Which landmark files and masks lie beside a scan, for folders of thousands."""

import os
from collections import defaultdict
from pathlib import Path

from craniomark.ground.specimens.names import (
    IMAGES,
    MASKS,
    TRUTHS,
    is_mask,
    owner_id,
    specimen_id,
    stem_of,
    truth_rank,
)


class Companions:
    """Finds the files that belong to specimens; each folder is listed once, when it is first asked for.

    They lie beside the specimen, or, where that lies in ``images``, in ``masks`` and ``landmarks`` beside
    that folder; in the last of these ``X.*`` counts too.
    """

    def __init__(self) -> None:
        self._owned: dict[Path, dict[str, list[Path]]] = {}
        self._alike: dict[Path, dict[str, list[Path]]] = {}

    def landmarks(self, path: Path) -> Path | None:
        """True landmarks of the specimen at `path`: markups before tables and label images."""
        wanted = _id(path)
        found = [file for folder in companion_folders(path) for file in self._of(folder, wanted)]
        found += [
            file for folder in companion_folders(path) if folder.name == TRUTHS
            for file in self._alike[folder].get(wanted, ())
        ]  # fmt: skip
        ranked = [(rank, file) for file in found if (rank := truth_rank(file.name)) is not None]
        return min(ranked)[1] if ranked else None

    def mask(self, path: Path) -> Path | None:
        """Bone mask ``seg_X`` of the specimen at `path`."""
        wanted = _id(path)
        found = [file for folder in companion_folders(path) for file in self._of(folder, wanted)]
        return next((file for file in found if is_mask(file.name)), None)

    def _of(self, folder: Path, wanted: str) -> list[Path]:
        if folder not in self._owned:
            self._list(folder)
        return self._owned[folder].get(wanted, [])

    def _list(self, folder: Path) -> None:
        owned: dict[str, list[Path]] = defaultdict(list)
        alike: dict[str, list[Path]] = defaultdict(list)
        with os.scandir(folder) as entries:
            names = sorted(one.name for one in entries if not one.name.startswith(".") and one.is_file())
        for name in names:
            owner = owner_id(name)
            (alike[stem_of(name)] if owner is None else owned[owner]).append(folder / name)
        self._owned[folder], self._alike[folder] = dict(owned), dict(alike)


def companion_folders(path: Path) -> list[Path]:
    """Where companions lie: beside it, and in the folders beside ``images``."""
    place = path.parent if path.parent.name else path.resolve().parent
    others = [place.parent / name for name in (MASKS, TRUTHS)] if place.name == IMAGES else []
    return [path.parent, *(one for one in others if one.is_dir())]


def _id(path: Path) -> str:
    return specimen_id(path) if path.is_file() else path.name
