"""What all jobs on one scan begin with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.flows.jobs.requests import Assess, Orient, Predict
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf

READ, LOAD = "read", "load the model"
MANY = "a batch"
"""What does many scans at once."""


@dataclass(frozen=True, eq=False)
class Scanned:
    """A scan that was read, and the model that fits it.

    Attributes
    ----------
    specimen, volume, model
        As the pipeline takes them.
    """

    specimen: Any
    volume: Any
    model: Any


def pipeline_request(ask: Orient | Predict | Assess, out: Path, **options: Any) -> Any:
    """The pipeline's request for a job on one scan; `out` is the folder."""
    from craniomark.flows.pipeline.prediction import Options
    from craniomark.flows.pipeline.request import Request

    atlases = getattr(ask, "atlases", None)
    choices = Options(device=ask.device, **options)
    return Request(out, choices, ask.model, atlases, ask.spacing, ask.unit)


def scanned(ask: Orient | Assess, request: Any, reports: Reports, shelf: Shelf) -> Scanned:
    """Read the scan and take or load the model."""
    from craniomark.flows.pipeline.single import only_specimen
    from craniomark.flows.pipeline.specimen_run import read_specimen

    reports.progress(READ, 0.0)
    specimen = only_specimen(ask.scan, MANY)
    volume = read_specimen(specimen, request)
    reports.progress(LOAD, 0.03)
    predictor = shelf.predictor(request)
    with told_loading(predictor, reports):
        model = predictor.model_for(specimen, volume)[0]
    reports.check()
    return Scanned(specimen, volume, model)


@contextmanager
def told_loading(predictor: Any, reports: Reports) -> Iterator[None]:
    """Tell of models that were loaded during the block."""
    before = set(predictor.loaded)
    yield
    for name in sorted(set(predictor.loaded) - before):
        reports.say("log", message=f"Loaded the model {name}.")
