# ruff: noqa: ARG001 - stand-ins take what the real ones take
"""A predictor for tests: known landmarks at once, and failures on demand by the specimen's id."""

import os
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from craniomark.flows.pipeline.prediction import Prediction, Progress
from craniomark.flows.pipeline.record import ModelIdentity
from craniomark.flows.pipeline.request import PredictorMaker, Request
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet
from craniomark.ground.specimens import Specimen
from craniomark.ground.volumes import Volume, write_volume
from craniomark.tasks.orient import Orientation

LABELS = ("nasion", "2", "left, inner", "4")
ERRORS = (0.1, 0.5, 0.2, float("nan"))


def landmarks_of(volume: Volume) -> LandmarkSet:
    """Four landmarks around the centre; the second is doubtful, the last is missing."""
    offsets = np.array([[1, 0, 0], [-1, 0.5, 0], [0, 2, 1], [np.nan] * 3])
    points = volume.centre + offsets
    flags, states = ("ok", "review", "ok", ""), ("refined", "refined", "predicted", "missing")
    rows = zip(LABELS, points, ERRORS, flags, states, strict=True)
    notes = {label: Annotation(e, flag, state, (p[0], p[1], p[2])) for label, p, e, flag, state in rows}
    return LandmarkSet(LABELS, points, notes)


@dataclass
class FakePredictor:
    """Writes each call into `log`, sleeps for `delay` seconds, and fails on ids that ask for it."""

    log: Path | None = None
    delay: float = 0.0
    version: str = "1"

    def identity(self, name: str | None) -> ModelIdentity | None:
        return ModelIdentity(name or "fake", self.version)

    def predict(
        self, specimen: Specimen, volume: Volume, progress: Progress
    ) -> tuple[Prediction, ModelIdentity]:
        if self.log:
            with self.log.open("a", encoding="utf-8") as stream:
                stream.write(f"{specimen.id}\t{os.getpid()}\n")
        for part in range(20):
            progress("search", part / 20)
            time.sleep(self.delay / 20)
        if specimen.id.startswith("empty"):
            raise InputError(specimen.path, "skull", "not found", "check the scan")
        if specimen.id.startswith("bug"):
            raise RuntimeError("a bug")
        if specimen.id.startswith("interrupt"):
            raise KeyboardInterrupt
        if specimen.id.startswith("deadly"):
            os._exit(9)
        matrix = np.eye(4)
        matrix[:3, 3] = 1, 2, 3
        verdict = "doubtful" if specimen.id.startswith("odd") else "good"
        pose = Orientation(matrix, 1.02, 0.9, verdict, 12.0)
        found = Prediction(landmarks_of(volume), pose, matrix, {"search": 0.1}, ("A note.",))
        return found, ModelIdentity("fake", self.version)


def maker(log: Path | None = None, delay: float = 0.0, version: str = "1") -> PredictorMaker:
    """What makes a `FakePredictor`, in this process or another."""
    return partial(FakePredictor, log, delay, version)


def without_pictures(log: Path | None, delay: float) -> FakePredictor:
    """A predictor in a process that draws no pictures, which take longer than all else."""
    from craniomark.flows.pipeline import outputs

    outputs.draw_picture = lambda *given: given[-1].write_bytes(b"no picture")
    return FakePredictor(log, delay)


def write_scan(path: Path, seed: int = 0) -> Path:
    """A small scan with a bright block in it."""
    array = np.random.default_rng(seed).integers(0, 20, (14, 20, 12)).astype(np.uint8)
    array[4:10, 3:17, 3:9] = 180
    write_volume(Volume(array, np.diag([-0.8, -1.0, 0.9, 1.0])), path)
    return path


def make_from_environment(request: Request, threads: int | None) -> PredictorMaker:
    """For the command line: log and delay come from the environment."""
    log = os.environ.get("FAKE_LOG")
    make = without_pictures if os.environ.get("FAKE_PICTURES") == "no" else FakePredictor
    return partial(make, Path(log) if log else None, float(os.environ.get("FAKE_DELAY", "0")))


def command() -> None:
    """The command line with this predictor in place of the real one."""
    from craniomark.cli import process
    from craniomark.cli.main import main

    process.make_predictor = make_from_environment
    main(sys.argv[1:])


if __name__ == "__main__":
    command()
