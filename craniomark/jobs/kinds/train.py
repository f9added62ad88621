"""Training of one network, or of everything."""

import os
from typing import Any

from craniomark.flows.jobs.requests import Train
from craniomark.flows.pipeline.stopping import Stopped
from craniomark.jobs.endings import Result
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf

EVERYTHING = "all"


def train(ask: Train, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Train, or go on with what lies in the folder."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    reports.progress("load the code", 0.0)
    from craniomark.flows.training.snapshot import hold_code

    hold_code()
    reports.check()
    return _everything(ask, reports) if ask.task == EVERYTHING else _one(ask, reports)


def _one(ask: Train, reports: Reports) -> Result:
    from craniomark.flows.training.config.compose import compose
    from craniomark.flows.training.config.words import quoted
    from craniomark.flows.training.job import run_job
    from craniomark.flows.training.registry import task_entry

    entry = task_entry(ask.task)
    where = [f"data={quoted(str(ask.data))}", f"out={quoted(str(ask.out))}"]
    config = compose(entry, [*where, *ask.words])
    outcome = run_job(entry, config, Ear(reports), reports.warden.stop_file, job=ask.task)
    if outcome.status == "stopped":
        raise Stopped(f"stopped at step {outcome.step}; it goes on from there")
    told = ", ".join(f"{name} {value:.4g}" for name, value in outcome.figures.items())
    value = {"step": outcome.step, "seconds": outcome.seconds, "figures": dict(outcome.figures)}
    files = {"weights": outcome.weights}
    return Result(f"Trained {ask.task}: {told or 'done'}.", outcome.weights, files, value)


def _everything(ask: Train, reports: Reports) -> Result:
    from craniomark.flows.training.everything import train_everything

    words = [f"data={ask.data}", f"out={ask.out}", *ask.words]
    bundle = train_everything(words, Ear(reports, whole=True), reports.warden.stop_file)
    return Result(f"Made the model {bundle.name}.", bundle, {"bundle": bundle})


class Ear:
    """Hears the events of runs and tells them as those of the job.

    Parameters
    ----------
    reports : Reports
        Who is told.
    whole : bool
        Runs are parts of a training of everything.
    """

    def __init__(self, reports: Reports, whole: bool = False) -> None:
        self._reports, self._whole = reports, whole
        self._stage, self._stages = 0, 1

    def __call__(self, event: dict[str, Any]) -> None:
        """Hear an event of a run; its end is not that of the job."""
        kind, part = event["event"], event.get("job", "") if self._whole else ""
        told = {name: value for name, value in event.items() if name not in ("event", "job")}
        if part:
            told["part"] = part
        if kind == "progress":
            self._progress(told, part)
        elif kind == "metric":
            self._reports.say("metric", **told)
        else:
            self._reports.say("log", **told)

    def _progress(self, told: dict[str, Any], part: str) -> None:
        step, of = told["step"], max(told["of"], 1)
        if part == EVERYTHING:
            self._stage, self._stages = step, of
            self._reports.say("progress", **told, fraction=step / of)
            return
        loop = "name" not in told
        done = step / of if loop or self._whole else 0.0  # preparing data is no training
        fraction = (self._stage + done) / self._stages
        told["name"] = f"{told.get('name', 'step')} {step} of {of}"
        self._reports.say("progress", **told, fraction=round(fraction, 4))
