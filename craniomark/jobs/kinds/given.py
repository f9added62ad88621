"""Landmarks that somebody gives: judged, or refined by local registration."""

from typing import Any

from craniomark.flows.jobs.requests import Assess, Refine
from craniomark.ground.checks import InputError
from craniomark.jobs.endings import Result
from craniomark.jobs.kinds.scan import check_file, pipeline_request, scanned
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
    from craniomark.ground.landmarks import read_landmarks, write_landmarks

    check_file(ask.out, ask.scan, ask.landmarks)
    start = read_landmarks(ask.landmarks)
    only = _known(ask, start)
    found = scanned(ask, pipeline_request(ask, ask.out.parent), reports, shelf)
    from craniomark.flows.pipeline.assess import assess as judge
    from craniomark.flows.pipeline.predict import NoPoseError
    from craniomark.flows.pipeline.predict import refine as search

    told = Steps(reports, _REFINED if moving else _JUDGED)
    try:
        ended = judge(found.volume, start, found.model, None if moving else only, told)
        if moving:
            ended = search(found.volume, ended, found.model, only, told)
    except NoPoseError as lacking:
        remedy = "give at least three of the model's, by its labels and not on one line"
        raise InputError(ask.landmarks, "usable landmarks", lacking.known, remedy) from lacking
    write_landmarks(ended, ask.out)
    return _result(ask, start, ended, moving)


def _known(ask: Assess, landmarks: Any) -> tuple[str, ...] | None:
    """The labels that are asked for, which must be there; None for all."""
    only = tuple(dict.fromkeys(ask.only))
    unknown = [label for label in only if label not in landmarks.labels]
    if unknown:
        have = ", ".join(landmarks.labels[:8]) + (", ..." if len(landmarks) > 8 else "")
        remedy = f"name labels of {ask.landmarks.name}, which has {have}"
        raise InputError("only", "label", repr(unknown[0]), remedy)
    return only or None


def _result(ask: Assess, start: Any, ended: Any, moving: bool) -> Result:
    from craniomark.flows.pipeline.outputs import to_review

    moved, doubtful = _moved(start, ended), to_review(ended)
    value = {"landmarks": len(ended), "moved": moved, "review": doubtful}
    what = f"{len(moved)} of {len(ended)} landmarks moved" if moving else f"{len(ended)} landmarks checked"
    return Result(f"{what}, {len(doubtful)} to review.", ask.out, {"landmarks": ask.out}, value)


def _moved(start: Any, ended: Any) -> list[str]:
    import numpy as np

    close = np.isclose(ended.ordered(start.labels).points, start.points, atol=1e-6, equal_nan=True)
    same = np.all(close, axis=1)
    return [label for label, stays in zip(start.labels, same, strict=True) if not stays]
