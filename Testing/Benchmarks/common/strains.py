"""The fifty public surface models of mouse strains, their truth, and the bundles of the folds."""

import csv
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from common import families
from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.training.everything.run import train_everything
from craniomark.ground.landmarks import LandmarkSet, read_landmarks
from craniomark.ground.meshes import Surface, read_surface


@dataclass(frozen=True, eq=False)
class Strain:
    """A model with its true landmarks, LPS mm."""

    id: str
    path: Path
    truth: LandmarkSet

    def surface(self) -> Surface:
        """Its mesh."""
        return _read(self.path)


@cache
def _read(path: Path) -> Surface:
    return read_surface(path)


def known_strains() -> dict[str, Strain]:
    """All models with truth, by name, landmarks in one order; ends the program where there are none."""
    folder = Path(os.environ.get("CRANIOMARK_DATA", "")) / "mouse_models"
    if not os.environ.get("CRANIOMARK_DATA") or not folder.is_dir():
        sys.exit("CRANIOMARK_DATA must name the folder that holds mouse_models: see docs/how-to/evaluate.md")
    paths = {name: folder / f"{name}.ply" for name in families.STRAINS}
    truths = {name: read_landmarks(folder / f"{name}.mrk.json") for name in paths}
    labels = truths[families.STRAINS[0]].labels
    return {name: Strain(name, paths[name], truth.ordered(labels)) for name, truth in truths.items()}


def strain_list(strains: Mapping[str, Strain], names: Iterable[str], path: Path) -> Path:
    """Write a list of landmarked meshes, as the commands take it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "path", "landmarks"])
        for name in names:
            mesh = strains[name].path
            writer.writerow([name, mesh, mesh.with_name(f"{name}.mrk.json")])
    return path


def fold_bundle(strains: Mapping[str, Strain], fold: int, work: Path, recipe: str = "surface") -> Bundle:
    """The bundle of a fold, made by ``craniomark train all`` from what is unrelated to all that it tries.

    It is made once; a training that was stopped is gone on with.
    """
    atlases = strain_list(strains, families.known(fold), work / f"known{fold}.csv")
    words = f"data={atlases}", f"out={work / f'{recipe}{fold}'}", f"recipe={recipe}", f"name=fold{fold}"
    made = train_everything((*words, "species=Mus musculus", f"cache={work / 'cache'}"), _print)
    return load_bundle(str(made))


def _print(event: dict[str, Any]) -> None:
    if event["event"] == "log":
        print(f"{event['job']}: {event['message']}", flush=True)
