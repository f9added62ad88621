"""The ten public mouse CTs, their truth, and the folds they are tried in."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.specimens import Specimen, find_specimens, read_truth
from craniomark.ground.volumes import Volume, read_volume

FOLDS = 5


@dataclass(frozen=True, eq=False)
class Known:
    """A specimen with its true landmarks, LPS mm."""

    specimen: Specimen
    truth: LandmarkSet

    @property
    def id(self) -> str:
        """Its id."""
        return self.specimen.id

    def volume(self) -> Volume:
        """Its CT."""
        return read_volume(self.specimen.path)


def mouse_folder() -> Path:
    """Folder of the CTs; ends the program where CRANIOMARK_DATA does not name it."""
    folder = Path(os.environ.get("CRANIOMARK_DATA", "")) / "mmllm"
    if not os.environ.get("CRANIOMARK_DATA") or not folder.is_dir():
        sys.exit("CRANIOMARK_DATA must name the folder that holds mmllm: see docs/how-to/evaluate.md")
    return folder


def known_specimens() -> list[Known]:
    """All CTs with truth, by id."""
    found = [s for s in find_specimens([mouse_folder()]) if s.landmarks and s.kind == "ct"]
    return [Known(s, read_truth(s)) for s in sorted(found, key=lambda s: s.id)]


def split(known: list[Known], fold: int) -> tuple[list[Known], list[Known]]:
    """Atlases and held-out specimens of a fold: every fifth specimen is held out."""
    held_out = known[fold::FOLDS]
    return [k for k in known if k not in held_out], held_out


def shapes(known: list[Known]) -> NDArray[np.float64]:
    """Landmarks of several specimens, shape (S, L, 3), by the labels of the first."""
    return np.array([k.truth.ordered(known[0].truth.labels).points for k in known])
