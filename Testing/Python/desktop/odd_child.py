"""A job process that imports nothing slow: trainings that count, models that do what their name says."""

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from odd_landmarks import batch, predict, refine
from odd_shapes import SHAPE_DOERS

from craniomark.flows.jobs.requests import (
    Batch,
    CheckData,
    Orient,
    Predict,
    Refine,
    Register,
    Segment,
    ShowModel,
    Train,
)
from craniomark.flows.pipeline.stopping import Stopped
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import read_volume, write_volume
from craniomark.jobs import serve
from craniomark.jobs.endings import Result
from craniomark.jobs.kinds import DOERS
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf

TURN = [[0.0, -1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 2.0], [0.0, 0.0, 1.0, 3.0], [0.0, 0.0, 0.0, 1.0]]


def show(ask: ShowModel, reports: Reports, _shelf: Shelf) -> Result:
    reports.log("one")
    reports.log("two")
    return Result(f"Looked at {ask.model}.")


def check(ask: CheckData, _reports: Reports, _shelf: Shelf) -> Result:
    finding = {"severity": "problem", "specimen": "a", "what": "landmark 3 is missing"}
    return Result(
        "2 specimens, 3 landmarks, 1 problem, 0 worth a look.", ask.data, {}, {"findings": [finding]}
    )


def train(ask: Train, reports: Reports, _shelf: Shelf) -> Result:
    """Count up in a file of the folder; go on with what is there. Settings tell what goes wrong."""
    ask.out.mkdir(parents=True, exist_ok=True)
    state = ask.out / "count"
    if "odd=crash" in ask.words:
        sys.stderr.write("the last words\n")
        sys.stderr.flush()
        os._exit(7)
    if "odd=missing" in ask.words:
        raise ModuleNotFoundError("No module named 'lightning'", name="lightning")
    step = int(state.read_text()) if state.exists() else 0
    reports.log(f"began at step {step}")
    while step < 60:
        if reports.warden.stop_file.exists():
            raise Stopped(f"stopped at step {step}")
        for name, share in (("loss/total", 1.0), ("loss/point", 0.6)):
            reports.say("metric", part="orient", step=step, name=name, value=share / (step + 1))
        if "odd=parts" in ask.words:
            reports.say("metric", part="landmark", step=step, name="loss/shape", value=2.0 / (step + 1))
        reports.say(
            "progress", part="orient", name=f"step {step} of 60", step=step, of=60, fraction=step / 60,
            seconds_left=(60 - step) * 0.02,
        )  # fmt: skip
        step += 1
        state.write_text(str(step))
        time.sleep(0.02)
    bundle = ask.out / "bundle" / "my-skulls"
    bundle.mkdir(parents=True, exist_ok=True)
    return Result("Made the model my-skulls.", bundle, {"bundle": bundle})


def orient(ask: Orient, reports: Reports, _shelf: Shelf) -> Result:
    """A quarter turn; the name of the model tells what goes wrong."""
    what = Path(ask.model or "").name
    for number in range(100 if "slow" in what else 2):
        reports.progress("orient", number / 100)
        time.sleep(0.05)
    if "crash" in what:
        sys.stderr.write("the last words\n")
        sys.stderr.flush()
        os._exit(7)
    if "no-torch" in what:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    if "none" in what:
        raise InputError(ask.scan, "skull", "not found", "choose a scan of a skull")
    if not ask.scan.exists():
        raise InputError(ask.scan, "file", "missing", "choose one that exists")
    verdict = "doubtful" if "doubtful" in what else "good"
    value = {"score": 0.87, "verdict": verdict, "degrees": 90.0, "scale": 0.98, "left_right": "verified"}
    ask.out.parent.mkdir(parents=True, exist_ok=True)
    ask.out.write_text(" ".join(map(str, ask.scan.stat().st_size.to_bytes(8, "little"))))
    return Result(
        "The pose is good.", ask.out, {"transform": ask.out}, value | {"specimen_to_template": TURN}
    )


def register(ask: Register, reports: Reports, _shelf: Shelf) -> Result:
    """Half a centimetre to the left; the name of the model tells what goes wrong, or that the map bends."""
    what = Path(ask.model or "").name
    for number in range(100 if "slow" in what else 2):
        reports.progress("refine", number / 100)
        time.sleep(0.05)
    if "crash" in what:
        os._exit(7)
    if "no-torch" in what:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    if "none" in what:
        raise InputError(ask.moving, "voxels", "the same everywhere", "give an image that shows something")
    ask.out.mkdir(parents=True, exist_ok=True)
    files = {"warped": ask.out / "warped.nrrd"}
    files["warped"].write_bytes(ask.fixed.read_bytes())
    matrix: list[list[float]] | None = [[1, 0, 0, 5], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    if "bend" in what:
        matrix, files["field"] = None, ask.out / "field.npz"
        vectors = np.zeros((3, 9, 9, 9), np.float32)
        vectors[0] = 5
        np.savez(
            files["field"], vectors=vectors, matrix=np.diag([20.0, 20.0, 20.0, 1.0]) - 80 * np.eye(4, k=3)
        )
    verdict = "doubtful" if "doubtful" in what else "good"
    after = {"rigid": 0.91}.get(ask.method, 0.93)
    told = f"The images fit: match 0.41 before, {after} after."
    return Result(told, ask.out, files, {"verdict": verdict, "matrix": matrix})


def segment(ask: Segment, reports: Reports, _shelf: Shelf) -> Result:
    """All that is brighter than the mean; the name of the model tells what goes wrong."""
    what = Path(ask.model or "").name
    for number in range(100 if "slow" in what else 2):
        reports.progress("segment", number / 100)
        time.sleep(0.05)
    if "crash" in what:
        os._exit(7)
    if "no-torch" in what:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    if "none" in what:
        raise InputError(ask.scan, "voxels", "the same everywhere", "give an image that shows something")
    scan = read_volume(ask.scan)
    if "broken" in what:
        ask.out.write_text("no image")
    else:
        write_volume(replace(scan, array=(scan.array > scan.array.mean()).astype(np.uint8)), ask.out)
    return Result("12.5 mm³ of bone, 50.0% of the voxels.", ask.out, {"mask": ask.out})


def main() -> None:
    """Serve with these jobs; what an interpreter would be told comes first in the arguments."""
    doers = {
        ShowModel: show,
        CheckData: check,
        Train: train,
        Orient: orient,
        Register: register,
        Segment: segment,
    }
    landmarks = {Predict: predict, Refine: refine, Batch: batch}
    DOERS.update(doers | landmarks | SHAPE_DOERS)  # type: ignore[attr-defined]
    sys.exit(serve.main(sys.argv[sys.argv.index("craniomark.jobs") + 1 :]))


if __name__ == "__main__":
    main()
