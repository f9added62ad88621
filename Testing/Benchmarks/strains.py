"""Landmark accuracy on surface meshes of strains left out with all their relatives.

The fifty public models are tried in five folds of families (``common/families.py``): each by a bundle that
saw no relative of any strain of its fold, alone, with eight atlases of the fold, and with all unrelated
strains, forty at most. Each mesh is taken in its own pose and in a random one. Predicted points, carried
back to the mesh as it is, are appended to ``results/strains.csv``, a row for each specimen, method and
pose; a stopped run goes on where it was. ``--score`` only prints the tables::

    python Testing/Benchmarks/strains.py [--work build/strains] [--folds 0,1] [--methods bundle] [--score]
"""

import argparse
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
import torch

from common import families
from common.strain_scoring import COLUMNS, packed, strain_report
from common.strains import Strain, fold_bundle, known_strains, strain_list
from common.table import RESULTS, append_rows, read_rows
from craniomark.flows.pipeline.model import Model, load_model
from craniomark.flows.pipeline.predict import predict
from craniomark.flows.pipeline.prediction import Options
from craniomark.ground.geometry import invert, random_rotations
from craniomark.ground.meshes import solid_of
from craniomark.ground.volumes import Volume
from craniomark.tasks.landmark.appearance import Appearance

POSES = ("given", "random")
METHODS = ("bundle", "eight", "forty")
OUT = RESULTS / "strains.csv"


def row_of(strain: Strain, pose: str, method: str, model: Model, volume: Volume) -> list[object]:
    """One specimen's row: points in the mesh's own LPS mm."""
    prediction = predict(volume, model, Options(), lambda *_: None)
    landmarks = prediction.landmarks.moved(invert(placed(strain, pose)))
    seconds = sum(prediction.seconds.values())
    fold = families.fold_of(strain.id)
    verdict = prediction.orientation.verdict
    return [method, fold, strain.id, pose, verdict, round(seconds, 2), packed(landmarks)]


def placed(strain: Strain, pose: str) -> np.ndarray:
    """From the mesh as it is to a pose, 4x4."""
    return turned(strain) if pose == "random" else np.eye(4)


def turned(strain: Strain) -> np.ndarray:
    """A random rotation about the mesh's middle and a shift, always the same for a strain."""
    rng = np.random.default_rng([families.STRAINS.index(strain.id), 7])
    vertices = strain.surface().vertices
    centre = (vertices.min(0) + vertices.max(0)) / 2
    moved = np.eye(4)
    moved[:3, :3] = random_rotations(1, rng)[0]
    moved[:3, 3] = centre + rng.uniform(-20, 20, 3) - moved[:3, :3] @ centre
    return moved


def with_atlases(model: Model, everyone: list[str], chosen: tuple[str, ...]) -> Model:
    """A model of all strains' patches with those of the chosen ones alone."""
    columns = [everyone.index(name) for name in chosen]
    kept = {name: patches[:, columns] for name, patches in model.appearance.templates.items()}
    return replace(model, appearance=Appearance(kept))


def run(work: Path, folds: list[int], methods: list[str]) -> None:
    """Fill the table, fold by fold."""
    strains = known_strains()
    done = {(row["method"], row["specimen"], row["pose"]) for row in read_rows(OUT)}
    everyone = sorted(strains)
    for fold in folds:
        tried = families.held_out(fold)
        wanted = [(s, p, m) for s in tried for p in POSES for m in methods if (m, s, p) not in done]
        if not wanted:
            continue
        bundle = fold_bundle(strains, fold, work)
        shapes = {name: strain.truth.points for name, strain in strains.items()}
        eight = families.eight(fold, shapes)
        alone = load_model(bundle)
        # The patches of an atlas depend on nothing but it and the bundle: they are cut once for all.
        several = {m for *_, m in wanted} - {"bundle"}
        all_atlases = (
            load_model(bundle, strain_list(strains, everyone, work / "all.csv")) if several else alone
        )
        for (name, pose), trials in groupby(wanted, key=lambda trial: trial[:2]):
            strain = strains[name]
            volume = solid_of(strain.surface().moved(placed(strain, pose)), strain.path)
            chosen = {"eight": eight, "forty": families.forty(name)}
            for *_, method in trials:
                model = alone if method == "bundle" else with_atlases(all_atlases, everyone, chosen[method])
                append_rows(OUT, COLUMNS, [row_of(strain, pose, method, model, volume)])
                print(f"fold {fold}: {method} {name} {pose}", flush=True)


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/strains"))
    parser.add_argument("--folds", default=",".join(map(str, range(families.FOLDS))), help="e.g. 0,1")
    parser.add_argument("--methods", default=",".join(METHODS), help="e.g. bundle,eight")
    parser.add_argument("--score", action="store_true", help="print the tables of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        folds = [int(fold) for fold in arguments.folds.split(",")]
        run(arguments.work, folds, arguments.methods.split(","))
    print(strain_report(known_strains(), read_rows(OUT)).text)


if __name__ == "__main__":
    main()
