"""Jobs on landmarks that compute nothing: places are made up; the model's name tells what goes wrong."""

import os
import sys
import time
from pathlib import Path

import numpy as np

from craniomark.flows.jobs.requests import Batch, Predict, Refine
from craniomark.flows.pipeline.record import ModelIdentity, Record, write_record
from craniomark.flows.pipeline.source import checksum, look_at
from craniomark.flows.pipeline.stopping import Stopped
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet, read_landmarks, write_landmarks
from craniomark.jobs.endings import Result
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf

LABELS = ("1", "2", "3", "4")
PLACES = np.array([[1.0, 1.0, 1.0], [2.0, 1.0, 1.0], [1.0, 2.0, 1.0], [np.nan] * 3])
KNOWN = (
    Annotation(0.1, "ok", "predicted"), Annotation(0.6, "review", "predicted"),
    Annotation(0.4, "ok", "predicted"), Annotation(status="missing"),
)  # fmt: skip
MOVED_MM = 0.25


def predict(ask: Predict, reports: Reports, _shelf: Shelf) -> Result:
    """The same four landmarks for every scan; words on how it was asked stand in the notes."""
    _odd(ask.model, reports)
    if not ask.scan.exists():
        raise InputError(ask.scan, "file", "missing", "choose one that exists")
    if "none" in (ask.model or ""):
        raise InputError(ask.scan, "skull", "not found", "choose a scan of a skull")
    id_ = ask.id or ask.scan.name.split(".")[0]
    _write(ask.scan, ask.out, id_, {"orient": ask.orient, "refine": ask.refine, "mirror": ask.mirror})
    files = {"landmarks": ask.out / f"{id_}.mrk.json", "table": ask.out / f"{id_}.csv"}
    value = {
        "id": id_, "counts": {"landmarks": 4, "review": 1, "missing": 1},
        "orientation": {"verdict": "doubtful" if "doubtful" in (ask.model or "") else "good"},
    }  # fmt: skip
    return Result("4 landmarks.", files["landmarks"], files, value)


def refine(ask: Refine, reports: Reports, _shelf: Shelf) -> Result:
    """Move the points that are asked for along x."""
    _odd(ask.model, reports)
    before = read_landmarks(ask.landmarks)
    points = before.points.copy()
    for row, label in enumerate(before.labels):
        points[row, 0] += MOVED_MM if label in ask.only else 0.0
    known = {label: Annotation(0.2, "ok", "refined") for label in ask.only}
    write_landmarks(LandmarkSet(before.labels, points, known), ask.out)
    return Result("Refined.", ask.out, {"landmarks": ask.out}, {"moved": list(ask.only)})


def batch(ask: Batch, reports: Reports, _shelf: Shelf) -> Result:
    """Predict each file of the folder that has no record yet."""
    scans = sorted(path for path in ask.inputs[0].iterdir() if path.suffix == ".nrrd")
    refused = []
    for number, scan in enumerate(scans):
        id_, outcome, why = scan.stem, "done", ""
        if ask.resume and (ask.out / f"{id_}.json").exists():
            outcome = "kept"
        elif "empty" in id_:
            outcome, why = "refused", "skull is not found; choose a scan of a skull."
            refused.append(id_)
        else:
            _odd(ask.model, reports, f"{number} of {len(scans)}, {id_}: landmarks")
            _write(scan, ask.out, id_, {})
        message = f"{id_}: {outcome}{': ' * bool(why)}{why}"
        reports.say("log", name=id_, value=outcome, message=message)
    done = len(scans) - len(refused)
    return Result(f"{done} done, {len(refused)} refused.", ask.out, {}, {"done": done, "refused": refused})


def _odd(model: str | None, reports: Reports, words: str = "landmarks") -> None:
    what = Path(model or "").name
    for number in range(200 if "slow" in what else 20 if "brief" in what else 2):
        if reports.warden.stop_file.exists():
            raise Stopped("stopped")
        reports.progress(words, number / 200)
        time.sleep(0.05)
    if "crash" in what:
        sys.stderr.write("the last words\n")
        sys.stderr.flush()
        os._exit(7)
    if "missing" in what:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")


def _write(scan: Path, out: Path, id_: str, options: dict[str, object]) -> None:
    landmarks = LandmarkSet(LABELS, PLACES, dict(zip(LABELS, KNOWN, strict=True)))
    write_landmarks(landmarks, out / f"{id_}.csv")
    write_landmarks(landmarks, out / f"{id_}.mrk.json")
    source = look_at(scan)
    source = type(source)(source.path, source.size, source.modified, checksum(scan))
    counts = {"landmarks": 4, "review": 1, "missing": 1}
    model = ModelIdentity("mouse-skull", "1.0.0")
    write_record(Record(id_, "done", source, options, model=model, counts=counts), out)
