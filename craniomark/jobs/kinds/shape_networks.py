"""Networks of shape models: trained, tested, applied to new skulls."""

import os
from pathlib import Path
from typing import Any

from craniomark.flows.jobs import shape_requests as asks
from craniomark.jobs.endings import Result
from craniomark.jobs.kinds.train import Ear
from craniomark.jobs.reports import Reports, Steps
from craniomark.jobs.shelf import Shelf


def train(ask: asks.ShapeTrain, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Train all stages of the config, or go on where they were stopped."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    reports.progress("load the code", 0.0)
    from craniomark.flows.shape.api import train as trained
    from craniomark.flows.shape.config import read_config
    from craniomark.flows.training.snapshot import hold_code

    hold_code()
    config = read_config(ask.config)
    reports.check()
    ear = StageEar(reports, [plan.title for plan in config.stages])
    stop, loop = reports.warden.stop_file, {"device": ask.device, "seed": ask.seed}
    weights = trained(ask.config, listen=ear, stop_file=stop, loop=loop)
    files = {"weights": weights, "log": config.model_dir / "train_log.csv"}
    return Result(f"Trained {config.model_name}.", config.model_dir, files, {"model": config.model_name})


class StageEar(Ear):
    """Hears the events of stages and tells them as parts of the job.

    Parameters
    ----------
    reports : Reports
        Who is told.
    stages : list of str
        Titles, in order.
    """

    def __init__(self, reports: Reports, stages: list[str]) -> None:
        super().__init__(reports, whole=True)
        self._titles, self._stages = stages, max(len(stages), 1)

    def __call__(self, event: dict[str, Any]) -> None:
        """Hear an event of a stage."""
        title = event.get("job", "")
        if title in self._titles:
            self._stage = self._titles.index(title)
        super().__call__(event)


def test(ask: asks.ShapeTest, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Predict the shapes of the test images."""
    from craniomark.flows.shape.api import test as tested
    from craniomark.flows.shape.config import read_config
    from craniomark.flows.shape.loaders import make_test, read_record
    from craniomark.flows.shape.predictions import BOUND

    told = Steps(reports, {"images": (0.0, 0.3), "predict": (0.3, 1.0)})
    config = read_config(ask.config)
    if ask.images:
        make_test(config.loader_dir, ask.images, None, told)
    folder = tested(ask.config, ask.members, told=lambda part: told("predict", part))
    names = list(read_record(config.loader_dir)["parts"]["test"])
    bounds = any((folder / "world_predictions").glob(f"*{BOUND}"))
    value = {"names": names, "bounds": bounds}
    files = {"predictions": folder, "scores": folder / "scores.csv"}
    return Result(f"{len(names)} shapes predicted.", folder, files, value)


def predict(ask: asks.ShapePredict, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Predict the shapes of new skulls; those that can't be are told of, unless there is one alone."""
    reports.progress("load the model", 0.0)
    from craniomark.flows.shape.bundle import load_shape_bundle
    from craniomark.flows.shape.predict import predict_file
    from craniomark.ground.checks import InputError
    from craniomark.ground.specimens import find_specimens

    specimens = find_specimens(list(ask.inputs))
    bundle = load_shape_bundle(ask.model)
    done: list[str] = []
    for number, one in enumerate(specimens):

        def told(part: float, at: int = number) -> None:
            reports.progress("predict", (at + part) / len(specimens))

        told(0.0)
        try:
            predict_file(one, bundle, ask.out, told)
        except InputError as error:
            if len(specimens) == 1:
                raise
            reports.log(str(error), name=one.id, value="refused")
            continue
        done.append(one.id)
        reports.log(f"{one.id}: predicted.", name=one.id, value="done")
    files = _predicted_files(ask.out, done)
    words = f"{len(done)} of {len(specimens)} shapes predicted."
    return Result(words, ask.out, files, {"names": done, "model": bundle.name})


def _predicted_files(out: Path, done: list[str]) -> dict[str, Path]:
    return {name: out / f"{name}.ply" for name in done}
