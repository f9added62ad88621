"""Faults planted in CTs left out: how many of them are flagged, and how much of what is sound.

Five folds as in accuracy.py; each held-out CT is tried by the fold's bundle, which never saw it.
The faults and their strengths are those of ``common/planting.py``; they were chosen before any of
them was tried. Every scan is put in a random pose after the fault was planted, but for the start
that trusts the scan's own axes.

What is a fault, and when it counts as flagged:

============  =============================================  =========================================
kind          a fault is                                     flagged if
============  =============================================  =========================================
intact        nothing: every flag is a false alarm           review, missing
cut view      each landmark beyond the end of the scan       missing, review, or the scan is refused
missing bone  each landmark in a ball set to air             missing, review, or the scan is refused
smoothed      each landmark in a blurred ball                missing, review, or the scan is refused
wrong axes    each landmark that ends over 0.5 mm off where  missing, review, or the scan is refused
              ``process --no-orient`` trusts wrong axes
wrong start   the same where ``refine`` starts from          missing, review, or the scan is refused
              landmarks in a wrong pose
moved         each given point moved by 0.5 to 2 mm          review, by ``refine --check``
============  =============================================  =========================================

A landmark that ends near the truth although its surroundings are spoilt is a fault all the same: it
is a guess. Landmarks of a spoilt scan that no fault concerns, and given points that were not moved,
are counted apart. One row per landmark is appended to ``results/faults.csv``; a stopped run goes on
where it was. ``--seed`` plants other faults for trials on the way, whose rows go elsewhere by
``--out``; the committed ones are of seed 0::

    python Testing/Benchmarks/faults.py [--work build/bench] [--folds 0,1] [--score]
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from common.bundles import fold_bundle
from common.fault_scoring import fault_report
from common.planting import Planted, cut_view, missing_bone, moved_points, smoothed_region, wrong_pose
from common.posing import Posed, pose_at_random
from common.specimens import FOLDS, Known, known_specimens, split
from common.table import RESULTS, append_rows, read_rows
from craniomark.flows.pipeline.assess import assess
from craniomark.flows.pipeline.model import Model, load_model
from craniomark.flows.pipeline.predict import NoPoseError, NoSkullError, predict, refine
from craniomark.flows.pipeline.prediction import Options
from craniomark.ground.geometry import invert, scale_of
from craniomark.ground.landmarks import LandmarkSet

COLUMNS = [
    "kind", "fold", "specimen", "trial", "label", "part", "amount", "error_mm", "error90_mm", "outcome",
    "seconds",
]  # fmt: skip
OUT = RESULTS / "faults.csv"
TRIALS = {"intact": 2, "cut view": 2, "missing bone": 2, "smoothed": 2, "wrong axes": 1, "wrong start": 1,
          "moved": 2}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of one trial.

    Attributes
    ----------
    landmarks : LandmarkSet, optional
        In the frame of the original scan, with flags; None where the scan was refused.
    size : float
        By which distances of the trial's frame are to be multiplied.
    amounts : dict of str to float
        Strength of the fault of each landmark that one concerns.
    parts : dict of str to str
        How it concerns them.
    """

    landmarks: LandmarkSet | None
    size: float
    amounts: dict[str, float]
    parts: dict[str, str]


def spoilt(plant: Callable[[Known, np.random.Generator], Planted], part: str) -> Callable[..., Outcome]:
    """A trial of the main job on a scan with planted faults, in a random pose."""

    def trial(known: Known, model: Model, rng: np.random.Generator) -> Outcome:
        planted = plant(known, rng)
        posed = pose_at_random(planted.volume, rng)
        parts = {label: "centre" if label in planted.centres else part for label in planted.amounts}
        found = told(lambda: predict(posed.volume, model, Options(), lambda *_: None).landmarks)
        return carried_back(found, posed.moved, planted.amounts, parts)

    return trial


def wrong_axes(known: Known, model: Model, rng: np.random.Generator) -> Outcome:
    """The main job told to trust the axes of a scan that lies askew."""
    volume = known.volume()
    pose, degrees = wrong_pose(volume.centre, rng)
    options = Options(orient=False)
    found = told(lambda: predict(volume.moved(pose), model, options, lambda *_: None).landmarks)
    return everywhere(carried_back(found, pose, {}, {}), known, degrees)


def wrong_start(known: Known, model: Model, rng: np.random.Generator) -> Outcome:
    """Refinement of landmarks that lie in a wrong pose, all of them; judged beforehand, as `refine` does."""
    posed = pose_at_random(known.volume(), rng)
    pose, degrees = wrong_pose(known.truth.points.mean(0), rng)
    given = known.truth.moved(posed.moved @ pose)

    def refined() -> LandmarkSet:
        judged = assess(posed.volume, given, model)
        return refine(posed.volume, judged, model, None, lambda *_: None)

    return everywhere(carried_back(told(refined), posed.moved, {}, {}), known, degrees)


def moved(known: Known, model: Model, rng: np.random.Generator) -> Outcome:
    """Given landmarks of which some lie wrong."""
    posed = pose_at_random(known.volume(), rng)
    given, away = moved_points(known.truth, rng)
    found = told(lambda: assess(posed.volume, given.moved(posed.moved), model))
    return carried_back(found, posed.moved, away, dict.fromkeys(away, "moved"))


def intact(known: Known, model: Model, rng: np.random.Generator) -> Outcome:
    """The main job on a scan without fault."""
    posed: Posed = pose_at_random(known.volume(), rng)
    found = told(lambda: predict(posed.volume, model, Options(), lambda *_: None).landmarks)
    return carried_back(found, posed.moved, {}, {})


KINDS: dict[str, Callable[[Known, Model, np.random.Generator], Outcome]] = {
    "intact": intact,
    "cut view": spoilt(cut_view, "beyond"),
    "missing bone": spoilt(missing_bone, "inside"),
    "smoothed": spoilt(smoothed_region, "inside"),
    "wrong axes": wrong_axes,
    "wrong start": wrong_start,
    "moved": moved,
}


def told(answer: Callable[[], LandmarkSet]) -> LandmarkSet | None:
    """The answer; None where the scan is refused."""
    try:
        return answer()
    except (NoSkullError, NoPoseError):
        return None


def carried_back(
    found: LandmarkSet | None, moved_by: NDArray[np.float64], amounts: dict[str, float], parts: dict[str, str]
) -> Outcome:
    """The outcome in the frame of the original scan."""
    back = invert(moved_by)
    return Outcome(found.moved(back) if found else None, scale_of(back), amounts, parts)


def everywhere(outcome: Outcome, known: Known, amount: float) -> Outcome:
    """The same, its fault concerning all landmarks; those that end near the truth are left out later."""
    labels = known.truth.labels
    return Outcome(
        outcome.landmarks, outcome.size, dict.fromkeys(labels, amount), dict.fromkeys(labels, "start")
    )


def rows_of(kind: str, known: Known, fold: int, trial: int, model: Model, seed: int) -> list[list[object]]:
    """One row per landmark."""
    rng = np.random.default_rng([seed, int(known.id.split("_")[-1]), trial, *kind.encode()])
    start = time.process_time()
    outcome = KINDS[kind](known, model, rng)
    seconds = round(time.process_time() - start, 2)
    rows: list[list[object]] = []
    for label, true in zip(known.truth.labels, known.truth.points, strict=True):
        amount = round(outcome.amounts[label], 3) if label in outcome.amounts else ""
        what = [outcome.parts.get(label, ""), amount, *_judgement(outcome, label, true)]
        rows.append([kind, fold, known.id, trial, label, *what, seconds])
    return rows


def _judgement(outcome: Outcome, label: str, true: NDArray[np.float64]) -> list[object]:
    """Error and its estimate, mm, empty where there is none, and what is said of the landmark."""
    if outcome.landmarks is None:
        return ["", "", "refused"]
    point = outcome.landmarks.ordered([label]).points[0]
    if not np.isfinite(point).all():
        return ["", "", "missing"]
    note = outcome.landmarks.annotation(label)
    estimate = round(note.error90_mm * outcome.size, 4) if np.isfinite(note.error90_mm) else ""
    return [round(float(np.linalg.norm(point - true)), 4), estimate, note.flag or "not judged"]


def run(work: Path, folds: list[int], out: Path, seed: int) -> None:
    """Fill the table."""
    known = known_specimens()
    done = {(r["kind"], r["specimen"], int(r["trial"])) for r in read_rows(out)}
    for fold in folds:
        trials = [t for t in _trials(split(known, fold)[1]) if (t[0], t[1].id, t[2]) not in done]
        if trials:
            model = load_model(fold_bundle(known, fold, work))
        for kind, specimen, number in trials:
            append_rows(out, COLUMNS, rows_of(kind, specimen, fold, number, model, seed))
            print(f"fold {fold}: {kind} {specimen.id} {number}", flush=True)


def _trials(held_out: list[Known]) -> Iterator[tuple[str, Known, int]]:
    for kind, count in TRIALS.items():
        yield from ((kind, known, number) for known in held_out for number in range(count))


def main() -> None:
    """Run, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=Path("build/bench"))
    parser.add_argument("--folds", default=",".join(map(str, range(FOLDS))), help="by default all")
    parser.add_argument("--out", type=Path, default=OUT, help="table that is filled")
    parser.add_argument("--seed", type=int, default=0, help="of the faults; other than 0 for trials")
    parser.add_argument("--score", action="store_true", help="print the tables of the committed rows only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.score:
        folds = [int(fold) for fold in arguments.folds.split(",")]
        run(arguments.work, folds, arguments.out, arguments.seed)
    print(fault_report(read_rows(arguments.out)).text)


if __name__ == "__main__":
    main()
