"""Bundles of the folds, each made once without the specimens it is tried on."""

import csv
from pathlib import Path

from common.specimens import Known, split
from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.template import TemplateSettings, build_template


def fold_bundle(known: list[Known], fold: int, work: Path) -> Bundle:
    """The bundle made from the atlases of a fold, from `work` where it is there already."""
    return bundle_from(atlas_list(known, fold, work), work / f"fold{fold}")


def bundle_from(atlases: Path, folder: Path) -> Bundle:
    """The bundle made from a list of atlases, named as its folder; made once."""
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
