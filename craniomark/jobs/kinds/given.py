"""Landmarks that somebody gives: judged, or refined by local registration."""

from typing import Any

from craniomark.flows.jobs.requests import Assess, Refine
from craniomark.jobs.endings import Result
from craniomark.jobs.kinds.scan import pipeline_request, scanned
from craniomark.jobs.reports import Reports, Steps
from craniomark.jobs.shelf import Shelf

_JUDGED = {"assess": (0.05, 1.0)}
_REFINED = {"assess": (0.05, 0.7), "refine": (0.7, 1.0)}


def assess(ask: Assess, reports: Reports, shelf: Shelf) -> Result:
    """Estimate the error of each given point, and move none."""
    return _done(ask, reports, shelf, moving=False)


def refine(ask: Refine, reports: Reports, shelf: Shelf) -> Result:
    """Judge the given points, and move those that fit better elsewhere."""
    return _done(ask, reports, shelf, moving=True)


def _done(ask: Assess, reports: Reports, shelf: Shelf, moving: bool) -> Result:
    from craniomark.flows.pipeline.single import check_file, known_labels, worked_over
    from craniomark.ground.landmarks import read_landmarks, write_landmarks

    check_file(ask.out, ask.scan, ask.landmarks)
    start = read_landmarks(ask.landmarks)
    only = known_labels(ask.only, start, ask.landmarks, "only")
    found = scanned(ask, pipeline_request(ask, ask.out.parent), reports, shelf)
    told = Steps(reports, _REFINED if moving else _JUDGED)
    ended = worked_over(found.volume, ask.landmarks, start, found.model, only, moving, told)
    write_landmarks(ended, ask.out)
    return _result(ask, start, ended, moving)


def _result(ask: Assess, start: Any, ended: Any, moving: bool) -> Result:
    from craniomark.flows.pipeline.outputs import to_review
    from craniomark.flows.pipeline.single import moved_labels, work_words

    value = {"landmarks": len(ended), "moved": moved_labels(start, ended), "review": to_review(ended)}
    return Result(f"{work_words(start, ended, moving)}.", ask.out, {"landmarks": ask.out}, value)
