"""Known maps of each family between pairs made from one unseen CT, found by network and refinement.

The moving image is the CT turned by up to 60 degrees, scaled by up to 12 %, sheared by up to 6 % as the
family has it, shifted by up to 3 mm, on a grid of its own; both images differ in gain, contrast, blur,
shading and noise. One row a trial is appended to ``results/registration_recovery.csv``: errors of turn and
size of the network alone, and after the refinement that is a step of the method::

    craniomark train register data=DATA out=DIR/fold0 model=affine_matrix recipe=affine fold=0
    python Testing/Benchmarks/registration_recovery.py --models DIR [--folds 0] [--score]

``DIR`` holds the runs of the folds, as ``fold0``.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from common.specimens import Known, known_specimens, split
from common.table import RESULTS, append_rows, read_rows, show
from craniomark.engine.families import FAMILY_NAMES
from craniomark.engine.maps import Linear
from craniomark.flows.registration.methods import Options, method_of
from craniomark.flows.registration.pair import Pair, pair_of
from craniomark.flows.registration.run import registered
from craniomark.ground.geometry import invert, nearest_rotation, rotation_angle_degrees
from craniomark.ground.volumes import Volume, resample
from craniomark.parts.augment.intensity import IntensityRange, sample_intensity, with_intensity

TRIALS = 5
DEGREES, SIZE, SHEAR, SHIFT_MM = 60.0, 0.12, 0.06, 3.0
LOOKS = IntensityRange(1.0, 0.5, 8.0, 0.8, 0.3)
"""Noise in the CTs' own units, in which bone is about 60."""
EDGE, SPACING = 110, np.array([0.25, 0.2, 0.22])
ERRORS = ["start_degrees", "start_size", "end_degrees", "end_size"]
COLUMNS = ["family", "fold", "specimen", "trial", "degrees", *ERRORS]
OUT = RESULTS / "registration_recovery.csv"
Array = NDArray[np.float64]


def true_map(family: str, centre: Array, rng: np.random.Generator) -> Array:
    """A random map of a family about a point, fixed mm to moving mm."""
    axis = rng.normal(size=3)
    turn = np.radians(rng.uniform(0, DEGREES)) * axis / np.linalg.norm(axis)
    drawn = 1 + rng.uniform(-SIZE, SIZE, 3)
    sizes = {"rigid": np.ones(3), "similarity": np.repeat(drawn[0], 3)}.get(family, drawn)
    shear = np.triu(rng.uniform(-SHEAR, SHEAR, (3, 3)), 1) * (family == "affine")
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(turn).as_matrix() @ (np.eye(3) + shear) @ np.diag(sizes)
    matrix[:3, 3] = centre + rng.uniform(-SHIFT_MM, SHIFT_MM, 3) - matrix[:3, :3] @ centre
    return matrix


def synthetic_pair(volume: Volume, truth: Array, rng: np.random.Generator) -> Pair:
    """A CT and itself under a map, each looking otherwise."""
    centre = truth[:3, :3] @ volume.centre + truth[:3, 3]
    grid = np.diag([*SPACING, 1.0])
    grid[:3, 3] = centre - SPACING * (EDGE - 1) / 2
    moving = resample(
        replace(volume, array=volume.array.astype(np.float32)), (EDGE,) * 3, grid, invert(truth)
    )
    return pair_of(_changed(volume, rng), _changed(moving, rng))


def errors(found: Array, truth: Array) -> tuple[float, float]:
    """Angle between the turns, degrees, and largest error of a size, per cent."""
    degrees = rotation_angle_degrees(nearest_rotation(found), nearest_rotation(truth))
    sizes = [np.linalg.svd(matrix[:3, :3], compute_uv=False) for matrix in (found, truth)]
    return float(degrees), 100 * float(np.abs(sizes[0] / sizes[1] - 1).max())


def trial(family: str, known: Known, number: int, model: str) -> list[float]:
    """Errors of the network alone, and after refinement; first the angle that was to be found."""
    rng = np.random.default_rng([number, *known.id.encode(), *family.encode()])
    volume = known.volume()
    truth = true_map(family, volume.centre, rng)
    pair = synthetic_pair(volume, truth, rng)
    told = [float(rotation_angle_degrees(nearest_rotation(truth), np.eye(3)))]
    for steps in (0, None):
        found = registered(pair, method_of(family), Options(steps, model)).found.map
        assert isinstance(found, Linear)
        told += errors(found.matrix, truth)
    return told


def _changed(volume: Volume, rng: np.random.Generator) -> Volume:
    voxels = torch.from_numpy(volume.array.astype(np.float32))[None, None]
    return replace(volume, array=with_intensity(voxels, sample_intensity(1, LOOKS, rng))[0, 0].numpy())


def report(rows: Sequence[dict[str, str]]) -> tuple[str, dict[str, dict[str, float]]]:
    """A table, and for each family the median and the worst of each error."""
    figures: dict[str, dict[str, float]] = {}
    for family in FAMILY_NAMES:
        own = [row for row in rows if row["family"] == family]
        if own:
            figures[family] = {"trials": len(own)}
            for name in ERRORS:
                values = np.array([float(row[name]) for row in own])
                figures[family] |= {name: float(np.median(values)), f"{name}_max": float(values.max())}
    header = ["family", "trials", "network: median degrees", "size %", "refined: worst degrees", "size %"]
    lines = [
        [name, str(int(f["trials"])), *(f"{f[key]:.2f}" for key in (
            "start_degrees", "start_size", "end_degrees_max", "end_size_max"))]
        for name, f in figures.items()
    ]  # fmt: skip
    return show("Known maps between images of one unseen CT", header, lines), figures


def run(arguments: Any) -> None:
    """Fill the table."""
    done = {(r["family"], r["specimen"], int(r["trial"])) for r in read_rows(OUT)}
    for fold in map(int, arguments.folds.split(",")):
        for known in split(known_specimens(), fold)[1]:
            for family in FAMILY_NAMES:
                for number in range(TRIALS):
                    if (family, known.id, number) not in done:
                        told = trial(family, known, number, str(arguments.models / f"fold{fold}"))
                        row = [family, fold, known.id, number, *(round(value, 3) for value in told)]
                        append_rows(OUT, COLUMNS, [row])
                        print(*row, flush=True)


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, help="folder of the folds' runs")
    parser.add_argument("--folds", default="0")
    parser.add_argument("--score", action="store_true", help="print the table of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        run(arguments)
    print(report(read_rows(OUT))[0])


if __name__ == "__main__":
    main()
