"""Orientation of CTs left out: 100 random poses, cuts of 15, 30 and 50 %, and volumes without a skull.

Every fold's bundle is made without the specimens it is tried on. The true pose is the similarity
between the template's mean landmarks and the specimen's own. One row per volume is appended to
``results/orientation.csv``; a stopped run goes on where it was::

    python Testing/Benchmarks/orientation.py [--work build/bench] [--folds 0,1] [--score]
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from common.bundles import fold_bundle
from common.not_skulls import NOT_SKULLS
from common.orientation_scoring import orientation_report
from common.posing import cut, pose_at_random
from common.specimens import FOLDS, Known, known_specimens, split
from common.table import RESULTS, append_rows, read_rows
from craniomark.flows.pipeline.model import Model, load_model
from craniomark.flows.pipeline.predict import orient
from craniomark.ground.geometry import apply, nearest_rotation, rotation_angle_degrees, similarity_fit
from craniomark.ground.volumes import Volume

POSES = 10
SHARES = (0.15, 0.30, 0.50)
TURN = [f"r{i}" for i in range(9)]
COLUMNS = ["case", "fold", "specimen", "pose", "degrees", "score", "verdict", "seconds", *TURN]
OUT = RESULTS / "orientation.csv"

Trial = tuple[str, Known, int]


def trials(held_out: list[Known]) -> Iterator[Trial]:
    """Cases of a fold: intact poses, cuts from both ends of each axis, and what is no skull."""
    for known in held_out:
        yield from (("intact", known, pose) for pose in range(POSES))
    for number, share in enumerate(SHARES):
        for axis in range(3):
            for far in (0, 1):
                known = held_out[(axis + far) % len(held_out)]
                yield f"cut {share:.0%} axis {axis} end {far}", known, 100 + number
    yield from ((name, held_out[0], 200) for name in NOT_SKULLS)


def rows_of(trial: Trial, fold: int, model: Model) -> list[object]:
    """The outcome of one trial; the pose is told in the original scan's frame."""
    case, known, pose = trial
    rng = np.random.default_rng([int(known.id.split("_")[-1]), pose, *case.encode()])
    volume, moved = _volume(case, known, rng)
    start = time.perf_counter()
    found = orient(volume, model, lambda *_: None)
    seconds = time.perf_counter() - start
    true = similarity_fit(apply(moved, known.truth.points), model.shape.mean)
    turn = found.specimen_to_template[:3, :3]
    degrees = float(rotation_angle_degrees(turn, nearest_rotation(true)))
    upright = (turn @ nearest_rotation(moved)).ravel().round(5).tolist()
    told = "" if case in NOT_SKULLS else round(degrees, 3)
    outcome = [told, round(found.score, 3), found.verdict, round(seconds, 2)]
    return [case, fold, known.id, pose, *outcome, *upright]


def _volume(case: str, known: Known, rng: np.random.Generator) -> tuple[Volume, np.ndarray]:
    if case in NOT_SKULLS:
        return NOT_SKULLS[case](known.volume(), rng), np.eye(4)
    volume = known.volume()
    if case.startswith("cut"):
        words = case.split()
        volume = cut(volume, int(words[3]), float(words[1].rstrip("%")) / 100, words[5] == "1")
    posed = pose_at_random(volume, rng)
    return posed.volume, posed.moved


def run(work: Path, folds: list[int]) -> None:
    """Fill the table, fold by fold."""
    known = known_specimens()
    done = {(r["case"], r["specimen"], int(r["pose"])) for r in read_rows(OUT)}
    for fold in folds:
        wanted = [t for t in trials(split(known, fold)[1]) if (t[0], t[1].id, t[2]) not in done]
        if wanted:
            model = load_model(fold_bundle(known, fold, work))
            orient(wanted[0][1].volume(), model, lambda *_: None)  # warms the libraries up
        for trial in wanted:
            append_rows(OUT, COLUMNS, [rows_of(trial, fold, model)])
            print(f"fold {fold}: {trial[0]} {trial[1].id} pose {trial[2]}", flush=True)


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/bench"))
    parser.add_argument("--folds", default=",".join(map(str, range(FOLDS))), help="e.g. 0,1")
    parser.add_argument("--score", action="store_true", help="print the tables of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        run(arguments.work, [int(fold) for fold in arguments.folds.split(",")])
    print(orientation_report(read_rows(OUT)).text)


if __name__ == "__main__":
    main()
