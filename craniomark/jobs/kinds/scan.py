"""What all jobs on one scan begin with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.flows.jobs.requests import Assess, Orient, Predict
from craniomark.ground.checks import InputError
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf

READ, LOAD = "read", "load the model"


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


def only_specimen(path: Path) -> Any:
    """The one specimen at `path`.

    Raises
    ------
    InputError
        If there is none, or several.
    """
    from craniomark.ground.specimens import find_specimens

    specimens = find_specimens([path])
    if len(specimens) != 1:
        raise InputError(path, "number of specimens", len(specimens), "give a single scan, or a batch")
    return specimens[0]


def scanned(ask: Orient | Assess, request: Any, reports: Reports, shelf: Shelf) -> Scanned:
    """Read the scan and take or load the model."""
    from craniomark.flows.pipeline.specimen_run import read_specimen

    reports.progress(READ, 0.0)
    specimen = only_specimen(ask.scan)
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


def check_file(path: Path, *inputs: Path) -> None:
    """Refuse a file that can't be written or is an input, before anything is computed.

    Raises
    ------
    InputError
        If so.
    """
    from craniomark.flows.pipeline.outputs import check_writable

    if path.is_dir():
        raise InputError(path, "output file", "a folder", "give the name of a file")
    for source in inputs:
        if path.exists() and source.exists() and path.samefile(source):
            raise InputError(path, "output file", "an input", "give another name, so that the input stays")
    check_writable(path.parent)
