"""All landmarks of one scan, or of many."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from craniomark.flows.jobs.requests import Batch, Predict
from craniomark.ground.checks import InputError
from craniomark.jobs.endings import Result
from craniomark.jobs.kinds.scan import MANY, pipeline_request, told_loading
from craniomark.jobs.reports import Reports, Steps
from craniomark.jobs.shelf import Shelf

SHARES = {
    "read": (0.0, 0.05), "orient": (0.05, 0.45), "rough": (0.45, 0.5), "coarse": (0.5, 0.68),
    "fine": (0.68, 0.85), "landmarks": (0.85, 0.87), "write": (0.87, 1.0),
}  # fmt: skip
"""Where the steps of a prediction begin and end, measured on a mouse CT of 176 voxels a side."""
_FILES = {
    "landmarks": ".mrk.json",
    "table": ".csv",
    "transform": ".tfm",
    "picture": ".png",
    "record": ".json",
}


def predict(ask: Predict, reports: Reports, shelf: Shelf) -> Result:
    """Predict one scan and write its five files."""
    from craniomark.flows.pipeline.claims import claimed
    from craniomark.flows.pipeline.outputs import check_writable
    from craniomark.flows.pipeline.single import only_specimen
    from craniomark.flows.pipeline.specimen_run import run_specimen

    undo = check_writable(ask.out)
    choices = {"orient": ask.orient, "refine": ask.refine, "mirror": ask.mirror}
    request = pipeline_request(ask, ask.out, **choices)
    try:
        specimen = only_specimen(ask.scan, MANY)
        specimen = replace(specimen, id=ask.id or specimen.id)
        predictor = shelf.predictor(request)
        with claimed(ask.out, specimen.id) as mine, told_loading(predictor, reports):
            if not mine:
                value = "in use by another run"
                raise InputError(ask.out, f"specimen {specimen.id}", value, "wait, or choose another folder")
            record = run_specimen(specimen, request, predictor, Steps(reports, SHARES))
    except BaseException:
        undo()
        raise
    return _result(record, ask.out)


def _result(record: Any, out: Path) -> Result:
    files = {what: out / f"{record.id}{ending}" for what, ending in _FILES.items()}
    value = {
        "id": record.id, "orientation": record.orientation,
        "specimen_to_template": record.specimen_to_template, "counts": record.counts,
        "left_right": record.left_right, "notes": list(record.notes),
        "seconds": record.seconds, "model": vars(record.model),
    }  # fmt: skip
    counts = record.counts
    told = f"{counts['landmarks']} landmarks, {counts['review']} to review, {counts['missing']} missing"
    message = f"{told}; the pose is {record.orientation['verdict']}."
    return Result(message, files["landmarks"], files, value)


def batch(ask: Batch, reports: Reports, shelf: Shelf) -> Result:
    """Predict many scans, then write tables and report."""
    from craniomark.flows.pipeline.cohort import Crew, process_cohort
    from craniomark.flows.pipeline.prediction import Options
    from craniomark.flows.pipeline.predictor import predictor_maker
    from craniomark.flows.pipeline.request import Request
    from craniomark.flows.report import build_report
    from craniomark.ground.specimens import find_specimens

    options = Options(ask.orient, ask.refine, ask.mirror, ask.device)
    request = Request(ask.out, options, ask.model, ask.atlases, ask.spacing, ask.unit, ask.resume)
    specimens = find_specimens(list(ask.inputs))
    told = Told(reports, len(specimens))
    several = ask.processes > 1
    maker: Callable[[], Any] = predictor_maker(request, 1) if several else lambda: shelf.predictor(request)
    refused = process_cohort(specimens, request, maker, Crew(ask.processes), told, reports.warden.stop_file)
    report = build_report(ask.out)
    files = {name: ask.out / name for name in ("landmarks.csv", "summary.csv", "report.html")}
    value = {"done": report.done, "refused": refused, "outcomes": told.outcomes}
    message = f"{report.done} done, {len(report.refused)} refused."
    return Result(message, ask.out, files, value)


class Told:
    """Listener of a cohort: tells the progress of all together, and each specimen that is settled.

    Parameters
    ----------
    reports : Reports
        Who is told.
    total : int
        Specimens.
    """

    def __init__(self, reports: Reports, total: int) -> None:
        self._reports, self._total = reports, max(total, 1)
        self.outcomes: dict[str, str] = {}
        self._at: dict[str, float] = {}
        self._kept, self._began = 0, time.monotonic()

    def started(self, specimen: str) -> None:
        """Work on a specimen begins."""
        self._at[specimen] = 0.0
        self._tell(specimen)

    def step(self, specimen: str, name: str, fraction: float) -> None:
        """A step of it is done to this fraction."""
        begin, end = SHARES.get(name, (0.0, 0.0))
        done = begin + (end - begin) * min(1.0, fraction)
        self._at[specimen] = max(self._at.get(specimen, 0.0), done)
        self._tell(f"{specimen}: {name}")

    def ended(self, specimen: str, outcome: str, sentence: str) -> None:
        """It is done, kept or refused; several workers may say so of one."""
        if specimen in self.outcomes:
            return
        self.outcomes[specimen] = outcome
        self._kept += outcome == "kept"
        self._at.pop(specimen, None)
        message = f"{specimen}: {outcome}{': ' * bool(sentence)}{sentence}"
        self._reports.say("log", name=specimen, value=outcome, message=message)
        self._tell(specimen)

    def failed(self, specimen: str, trace: str) -> None:
        """The program itself failed on it."""
        self._reports.say("log", name=specimen, value="trace", message=f"{specimen}:\n{trace}")

    def _tell(self, what: str) -> None:
        done, kept = len(self.outcomes) + sum(self._at.values()), self._kept
        worked = done - kept
        left = None
        if worked > 0.1:
            left = (time.monotonic() - self._began) / worked * (self._total - done)
        count = f"{len(self.outcomes)} of {self._total}"
        self._reports.progress(f"{count}, {what}", done / self._total, left)
