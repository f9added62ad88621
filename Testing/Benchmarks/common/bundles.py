"""Bundles of the folds, each made once without the specimens it is tried on."""

import csv
from pathlib import Path
from typing import Any

from common.specimens import Known, split
from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.template import TemplateSettings, build_template
from craniomark.flows.training.everything.run import train_everything


def fold_bundle(known: list[Known], fold: int, work: Path, recipe: str = "default") -> Bundle:
    """The bundle trained from the atlases of a fold by ``craniomark train all``, made once.

    A training that was stopped is gone on with; each takes about half an hour by the default recipe.
    """
    atlases = atlas_list(known, fold, work)
    out = work / (f"all{fold}" if recipe == "default" else f"{recipe}{fold}")
    words = f"data={atlases}", f"out={out}", f"recipe={recipe}", f"name=fold{fold}"
    made = train_everything((*words, "species=Mus musculus", f"cache={work / 'cache'}"), _print)
    return load_bundle(str(made))


def _print(event: dict[str, Any]) -> None:
    if event["event"] == "log":
        print(f"{event['job']}: {event['message']}", flush=True)


def bundle_without_networks(atlases: Path, folder: Path) -> Bundle:
    """The bundle made from a list of atlases by averaging alone, named as its folder; made once."""
    if not (folder / "bundle.json").exists():
        settings = TemplateSettings(name=folder.name, species="Mus musculus", modes=0, command="make bench")
        build_template([atlases], folder, settings)
    return load_bundle(str(folder))


def atlas_list(known: list[Known], fold: int, work: Path) -> Path:
    """A list of the fold's atlases, as the commands take it."""
    return write_atlases(split(known, fold)[0], work / f"atlases{fold}.csv")


def write_atlases(atlases: list[Known], path: Path) -> Path:
    """Write a list of landmarked CTs, as the commands take it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "path", "landmarks"])
        writer.writerows([k.id, k.specimen.path, k.specimen.landmarks] for k in atlases)
    return path
