"""One scan at a time, for command and job alike: its pose, and landmarks that somebody gives."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from craniomark.flows.pipeline.outputs import check_writable
from craniomark.ground.checks import InputError

if TYPE_CHECKING:
    from craniomark.flows.pipeline.prediction import Progress
    from craniomark.ground.landmarks import LandmarkSet
    from craniomark.ground.specimens import Specimen
    from craniomark.ground.volumes import Volume
    from craniomark.tasks.orient import Orientation

_SHOWN = 8


def only_specimen(path: Path, several: str) -> "Specimen":
    """The one specimen at `path`.

    Parameters
    ----------
    path : Path
        A scan.
    several : str
        What does many at once, for the message.

    Raises
    ------
    InputError
        If there is none, or several.
    """
    from craniomark.ground.specimens import find_specimens

    specimens = find_specimens([path])
    if len(specimens) != 1:
        raise InputError(path, "number of specimens", len(specimens), f"give a single scan, or {several}")
    return specimens[0]


def check_file(path: Path, *inputs: Path) -> None:
    """Refuse a file that can't be written or is an input, before anything is computed.

    Raises
    ------
    InputError
        If so.
    """
    if path.is_dir():
        raise InputError(path, "output file", "a folder", "give the name of a file")
    for source in inputs:
        if path.exists() and source.exists() and path.samefile(source):
            raise InputError(path, "output file", "an input", "give another name, so that the input stays")
    check_writable(path.parent)


def pose_of(specimen: "Specimen", volume: "Volume", model: Any, progress: "Progress") -> "Orientation":
    """The pose of a scan.

    Raises
    ------
    InputError
        If there is no skull in it.
    """
    from craniomark.flows.pipeline.predict import NoSkullError, orient
    from craniomark.flows.pipeline.predictor import no_skull

    try:
        pose = orient(volume, model, progress)
    except NoSkullError as nothing:
        raise no_skull(specimen, nothing) from nothing
    if pose.verdict == "none":
        raise no_skull(specimen, ValueError(pose.score))
    return pose


def known_labels(
    labels: Sequence[str], landmarks: "LandmarkSet", path: Path, where: str
) -> tuple[str, ...] | None:
    """Labels that are asked for, once each; None for all where none is named.

    Raises
    ------
    InputError
        If one is not in the file `path`; `where` names what asked for it.
    """
    unknown = [label for label in labels if label not in landmarks.labels]
    if unknown:
        have = ", ".join(landmarks.labels[:_SHOWN]) + (", ..." if len(landmarks) > _SHOWN else "")
        raise InputError(where, "label", repr(unknown[0]), f"name labels of {path.name}, which has {have}")
    return tuple(dict.fromkeys(labels)) or None


def worked_over(
    volume: "Volume", path: Path, start: "LandmarkSet", model: Any, only: tuple[str, ...] | None,
    moving: bool, progress: "Progress",
) -> "LandmarkSet":  # fmt: skip
    """Given landmarks judged, and moved where that fits better.

    Parameters
    ----------
    volume : Volume
        The scan.
    path, start : Path, LandmarkSet
        The landmarks and their file.
    model : Model
        From `load_model`.
    only : tuple of str or None
        Labels that may move; where none moves, those that are judged.
    moving : bool
        Whether points move.
    progress : callable
        Told the step and the fraction done.

    Raises
    ------
    InputError
        If they are too few to tell the pose.
    """
    from craniomark.flows.pipeline.assess import assess
    from craniomark.flows.pipeline.predict import NoPoseError, refine

    try:
        judged = assess(volume, start, model, None if moving else only, progress)
        return refine(volume, judged, model, only, progress) if moving else judged
    except NoPoseError as lacking:
        remedy = "give at least three of the model's, by its labels and not on one line"
        raise InputError(path, "usable landmarks", lacking.known, remedy) from lacking


def moved_labels(start: "LandmarkSet", ended: "LandmarkSet") -> list[str]:
    """Labels of the points that are not where they were."""
    close = np.isclose(ended.ordered(start.labels).points, start.points, atol=1e-6, equal_nan=True)
    same = np.all(close, axis=1)
    return [label for label, stays in zip(start.labels, same, strict=True) if not stays]


def work_words(start: "LandmarkSet", ended: "LandmarkSet", moving: bool) -> str:
    """How many points moved or were judged, and how many are to be looked at."""
    from craniomark.flows.pipeline.mirrored import MIRRORED
    from craniomark.flows.pipeline.outputs import to_review

    moved = f"{len(moved_labels(start, ended))} of {len(ended)} landmarks moved"
    words = f"{moved if moving else f'{len(ended)} landmarks checked'}, {len(to_review(ended))} to review"
    return f"{words}, left and right as of a mirrored skull" if MIRRORED in ended.notes else words
