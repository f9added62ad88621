"""One registration, from two files to transform, warped image and report."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import craniomark
from craniomark.engine.maps import IDENTITY
from craniomark.engine.maps.itk import write_map
from craniomark.flows.pipeline.outputs import check_writable
from craniomark.flows.registration.judge import Fit, Judge, Verdict, folding_percent, verdict_of
from craniomark.flows.registration.methods import Found, Method, Options, Progress
from craniomark.flows.registration.pair import Pair
from craniomark.flows.registration.warp import warped
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.volumes import write_volume

TRANSFORM, WARPED, REPORT = "transform.h5", "warped.nii.gz", "report.json"


@dataclass(frozen=True, eq=False)
class Registration:
    """A registration and what speaks for it.

    Attributes
    ----------
    found : Found
        The map, and what the method told.
    before, after : Fit
        How alike the images are as they lie, and under the map.
    folding : float
        Percentage of places that are turned inside out.
    verdict : {"good", "doubtful", "none"}
        Whether it can be trusted.
    seconds : float
        Of the method.
    """

    found: Found
    before: Fit
    after: Fit
    folding: float
    verdict: Verdict
    seconds: float


def registered(
    pair: Pair, method: Method, options: Options, told: Progress = lambda *_: None
) -> Registration:
    """Register a pair and judge the result.

    Raises
    ------
    InputError
        If the images have nothing that could be aligned.
    """
    try:
        judge = Judge(pair)
    except ValueError as error:
        raise InputError(pair.names[0], "content", str(error), "give a scan that shows bone") from error
    start = time.perf_counter()
    found = method.run(pair, options, told)
    seconds = time.perf_counter() - start
    after = judge.fit(found.map)
    folding = folding_percent(found.map, pair)
    return Registration(found, judge.fit(IDENTITY), after, folding, verdict_of(after), seconds)


def write_registration(
    done: Registration, pair: Pair, method: Method, options: Options, out: Path, told: Progress
) -> dict[str, Any]:
    """Write ``transform.h5 warped.nii.gz`` and, last, ``report.json``; return the report.

    Raises
    ------
    InputError
        If the folder can't be written.
    """
    told("write", 0.95)
    write_map(done.found.map, out / TRANSFORM)
    image = warped(pair.moving_volume, pair.fixed_volume, done.found.map, options.device)
    write_volume(image, out / WARPED)
    report = report_of(done, pair, method, options)
    with written_whole(out / REPORT) as part:
        part.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report


def report_of(done: Registration, pair: Pair, method: Method, options: Options) -> dict[str, Any]:
    """What ``report.json`` holds."""
    return {
        "craniomark": craniomark.__version__,
        "method": method.name,
        "steps": options.steps,
        "fixed": pair.names[0],
        "moving": pair.names[1],
        "verdict": done.verdict,
        "similarity": {
            "before": round(done.before.correlation, 4),
            "after": round(done.after.correlation, 4),
        },
        "in_view": {"before": round(done.before.in_view, 4), "after": round(done.after.in_view, 4)},
        "folding_percent": round(done.folding, 5),
        "seconds": round(done.seconds, 2),
        "notes": list(done.found.notes),
        **done.found.figures,
    }


def check_folder(out: Path) -> None:
    """Refuse a folder that can't be written, before anything is computed."""
    if out.exists() and not out.is_dir():
        raise InputError(out, "output folder", "a file", "give the name of a folder")
    check_writable(out)
