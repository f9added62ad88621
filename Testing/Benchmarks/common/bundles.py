"""Bundles of the folds, each made once without the specimens it is tried on."""

import csv
from pathlib import Path

from common.specimens import Known, split
from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.template import TemplateSettings, build_template


def fold_bundle(known: list[Known], fold: int, work: Path) -> Bundle:
    """The bundle made from the atlases of a fold, from `work` where it is there already."""
    folder = work / f"fold{fold}"
    if not (folder / "bundle.json").exists():
        settings = TemplateSettings(name=f"fold{fold}", species="Mus musculus", modes=0, command="make bench")
        build_template([atlas_list(known, fold, work)], folder, settings)
    return load_bundle(str(folder))


def atlas_list(known: list[Known], fold: int, work: Path) -> Path:
    """A list of the fold's atlases, as the commands take it."""
    path = work / f"atlases{fold}.csv"
    work.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "path", "landmarks"])
        writer.writerows([k.id, k.specimen.path, k.specimen.landmarks] for k in split(known, fold)[0])
    return path
