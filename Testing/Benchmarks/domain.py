"""A model made from CTs tried on voxelised strains, and the reverse, and whether its verdict says so.

The shipped bundles are used as they are, past the check of the kind of input; neither saw a specimen of the
other kind. Each specimen is put in a random pose. Landmarks that both sets have are compared. ``network_mm``
is the mean error of the focus networks alone, from the mean shape in the pose that the true landmarks tell,
beside that start; ``landmarks_mm`` that of the whole way, with the error of its pose in degrees,
its verdict, and the shares of points flagged and of errors under their estimate. Rows go to
``results/domain.csv``; a stopped run goes on where it was::

    python Testing/Benchmarks/domain.py [--score]
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from common.domain_scoring import COLUMNS, strain_labels, table
from common.posing import pose_at_random
from common.specimens import known_specimens
from common.strains import known_strains
from common.table import RESULTS, append_rows, read_rows
from craniomark.engine.brightness import bone_gain
from craniomark.engine.image import Image
from craniomark.flows.bundle import load_bundle
from craniomark.flows.pipeline.model import Model, load_model
from craniomark.flows.pipeline.predict import NoSkullError, predict
from craniomark.flows.pipeline.prediction import Options
from craniomark.flows.pipeline.working import working_image
from craniomark.ground.geometry import (
    apply,
    invert,
    nearest_rotation,
    rotation_angle_degrees,
    similarity_fit,
)
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.meshes.solid import solid_of
from craniomark.ground.resources import resource_folder
from craniomark.ground.volumes import Volume

Array = NDArray[np.float64]
OUT = RESULTS / "domain.csv"
CTS, STRAINS = "mouse-skull", "mouse-strains"


@dataclass(frozen=True, eq=False)
class Case:
    """A specimen in a random pose, with the landmarks that the other kind has too, by its labels."""

    id: str
    volume: Volume
    truth: LandmarkSet


def ct_cases(done: set[str]) -> Iterator[Case]:
    """CTs, their landmarks named as the strains'."""
    for number, known in enumerate(known_specimens()):
        if known.id not in done:
            names = strain_labels(known.truth.labels)
            truth = known.truth.ordered(tuple(names))
            yield _posed(known.id, known.volume(), LandmarkSet(tuple(names.values()), truth.points), number)


def strain_cases(done: set[str]) -> Iterator[Case]:
    """Voxelised strains, their landmarks named as the CTs'."""
    back = {theirs: ours for ours, theirs in strain_labels(known_specimens()[0].truth.labels).items()}
    for number, strain in enumerate(known_strains().values()):
        if strain.id not in done:
            volume = solid_of(strain.surface(), strain.path)
            plain = Volume(volume.array, volume.matrix)
            labels = tuple(back[label] for label in strain.truth.labels)
            yield _posed(strain.id, plain, LandmarkSet(labels, strain.truth.points), number)


def _posed(name: str, volume: Volume, truth: LandmarkSet, number: int) -> Case:
    posed = pose_at_random(volume, np.random.default_rng([number, 7]))
    return Case(name, posed.volume, truth.moved(posed.moved))


def row_of(case: Case, model: Model) -> list[object]:
    """What the model makes of a specimen of the other kind."""
    truth = case.truth.ordered(model.labels)
    known = truth.present
    pose = similarity_fit(model.shape.mean[known], truth.points[known])
    network, pasted = _network_error(case.volume, truth.points, known, pose, model)
    try:
        found = predict(case.volume, model, Options(), lambda *_: None)
    except NoSkullError:
        return [f"{network:.4f}", f"{pasted:.4f}", "", "", "none", "", ""]
    errors = np.linalg.norm(found.landmarks.ordered(model.labels).points - truth.points, axis=1)[known]
    notes = [
        found.landmarks.annotation(label) for label, here in zip(model.labels, known, strict=True) if here
    ]
    flagged = np.mean([note.flag == "review" for note in notes])
    covered = np.mean([e <= note.error90_mm for e, note in zip(errors, notes, strict=True)])
    turn = nearest_rotation(invert(found.specimen_to_template)) @ nearest_rotation(pose).T
    degrees = float(rotation_angle_degrees(turn, np.eye(3)))
    told = [f"{v:.4f}" for v in (network, pasted, np.nanmean(errors), degrees)]
    return [*told, found.orientation.verdict, f"{flagged:.3f}", f"{covered:.3f}"]


@torch.inference_mode()
def _network_error(
    volume: Volume, truth: Array, known: NDArray[np.bool_], pose: Array, model: Model
) -> tuple[float, float]:
    """Mean errors, mm, of the focus networks and of their start, the mean shape in the right pose."""
    assert model.networks is not None
    image: Image = working_image(volume)
    seen = image.scaled(bone_gain(image, model.target.image, pose)).moved(invert(pose))
    mean = model.shape.mean
    each = (model.networks.focus(seen, mean).points, mean)
    errors = [np.linalg.norm(apply(pose, points) - truth, axis=1)[known].mean() for points in each]
    return float(errors[0]), float(errors[1])


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--score", action="store_true", help="print the table of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        ways = ((CTS, "voxelised strains", strain_cases), (STRAINS, "CTs", ct_cases))
        for name, tried_on, cases in ways:
            done = {row["specimen"] for row in read_rows(OUT) if row["model"] == name}
            model = load_model(load_bundle(str(resource_folder() / "Models" / name)))
            for case in cases(done):
                append_rows(OUT, COLUMNS, [[name, tried_on, case.id, *row_of(case, model)]])
                print(f"{name} on {case.id}", flush=True)
    print(table(read_rows(OUT)))


if __name__ == "__main__":
    main()
