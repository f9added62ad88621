"""Landmark sets made from what a file says, duplicates and counts checked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks.landmark_set import Annotation, LandmarkSet
from craniomark.ground.landmarks.names import check_name
from craniomark.ground.landmarks.text import Point


def built(
    path: Path,
    labels: Sequence[str],
    points: Sequence[Point] | NDArray[np.float64],
    annotations: Mapping[str, Annotation] | None = None,
    notes: Sequence[str] = (),
    where: str = "label",
) -> LandmarkSet:
    """A landmark set whose labels are legal and unique.

    Raises
    ------
    InputError
        If there is no landmark, or a label is empty, doubled or unprintable.
    """
    if not labels:
        raise InputError(path, "landmarks", "none", "give a file with at least one landmark")
    seen: set[str] = set()
    for label in labels:
        check_name(label, path, where)
        if label in seen:
            raise InputError(path, where, f"{label!r} twice", "give each landmark its own label")
        seen.add(label)
    array = np.array(points, dtype=np.float64).reshape(-1, 3)
    return LandmarkSet(tuple(labels), array, dict(annotations or {}), tuple(notes))


def written_annotation(landmarks: LandmarkSet, label: str, missing: bool) -> Annotation:
    """The annotation of `label` as files hold it: a missing point has status "missing" and no flag.

    Raises
    ------
    ValueError
        If a point that has a position is called missing.
    """
    annotation = landmarks.annotation(label)
    if missing:
        return replace(annotation, status="missing", flag="")
    if annotation.status == "missing":
        raise ValueError(f"landmark {label!r} has a position and the status 'missing'")
    return annotation


def put(cohort: dict[str, LandmarkSet], specimen: str, landmarks: LandmarkSet, path: Path) -> None:
    """Add a specimen to `cohort`; a second one of the same id raises InputError."""
    check_name(specimen, path, "specimen id")
    if specimen in cohort:
        raise InputError(path, "specimen id", f"{specimen!r} twice", "give each specimen its own id")
    cohort[specimen] = landmarks
