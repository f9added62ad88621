"""Point lists of the scene, as landmark sets in LPS millimetres."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet
from craniomark.ground.landmarks.building import built, written_annotation
from craniomark.ground.landmarks.descriptions import annotation_of, description_of
from craniomark.ground.landmarks.names import check_name
from craniomark.mrml.frames import turned
from craniomark.mrml.nodes import Node, Scene, added, checked, edited, name_of
from craniomark.mrml.parents import from_world, to_world

POINTS = "vtkMRMLMarkupsFiducialNode"

Mover = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def landmarks_of(node: Node) -> LandmarkSet:
    """The landmarks of a point list, placed in the world.

    A point's label is the landmark's; its description tells error, flag and status, as in files.
    A point that Slicer calls missing, or that was not placed yet, is a missing landmark.

    Parameters
    ----------
    node : vtkMRMLMarkupsFiducialNode
        Under any parents, non-linear ones included.

    Returns
    -------
    LandmarkSet
        LPS mm, in the order of the list; predictions in the annotations are in the world as well.

    Raises
    ------
    InputError
        If there is no such node, it has no points, or a label is empty or stands twice.
    """
    checked(node, POINTS, "point list")
    name, count = name_of(node), node.GetNumberOfControlPoints()
    if not count:
        raise InputError(name, "points", "none", "predict or place landmarks first")
    labels, points, annotations, never_placed = [], [], {}, []
    for number in range(count):
        label = node.GetNthControlPointLabel(number).strip()
        check_name(label, Path(name), f"control point {number + 1}, label")
        status = node.GetNthControlPointPositionStatus(number)
        if status in (node.PositionUndefined, node.PositionPreview):
            never_placed.append(label)
        placed = status == node.PositionDefined
        labels.append(label)
        points.append(node.GetNthControlPointPosition(number) if placed else (np.nan,) * 3)
        annotations[label] = _annotation(node.GetNthControlPointDescription(number), placed)
    told = f"Points without a position are taken as missing: {', '.join(never_placed)}."
    notes = (told,) if never_placed else ()
    landmarks = built(Path(name), labels, turned(points), annotations, notes)
    return _moved(landmarks, lambda points: to_world(node, points))


def _annotation(description: str | None, placed: bool) -> Annotation:
    annotation = annotation_of(description or "")
    if not placed:
        return replace(annotation, status="missing", flag="")
    return replace(annotation, status="") if annotation.status == "missing" else annotation


def _moved(landmarks: LandmarkSet, mover: Mover) -> LandmarkSet:
    """Landmarks and their predictions under a function of points."""
    told = list(landmarks.annotations)
    predicted = np.array([landmarks.annotations[label].predicted for label in told]).reshape(-1, 3)
    annotations = {
        label: replace(landmarks.annotations[label], predicted=(float(x), float(y), float(z)))
        for label, (x, y, z) in zip(told, mover(predicted), strict=True)
    }
    return replace(landmarks, points=mover(landmarks.points), annotations=annotations)


def put_landmarks(landmarks: LandmarkSet, node: Node) -> None:
    """Put landmarks into a point list, in one event; under parents they are at their places in the world.

    Points are paired by label: one that is there already keeps its id and whether it is locked, selected and
    visible. Points that `landmarks` doesn't have go. Notes are not kept.

    Parameters
    ----------
    landmarks : LandmarkSet
        LPS mm. A missing landmark becomes a point that Slicer calls missing.
    node : vtkMRMLMarkupsFiducialNode
        Gets the landmarks' order.

    Raises
    ------
    InputError
        If there is no such node, a label can't be held by a file, or a parent has no inverse.
    ValueError
        If a landmark with a position has the status "missing".
    """
    checked(node, POINTS, "point list")
    for label in landmarks.labels:
        check_name(label, Path(name_of(node)), "label")
    local = _moved(landmarks, lambda points: from_world(node, points))
    descriptions = [
        description_of(written_annotation(local, label, missing=not present))
        for label, present in zip(local.labels, local.present, strict=True)
    ]
    with edited(node):
        _arrange(node, local.labels)
        for number, (point, told) in enumerate(zip(turned(local.points), descriptions, strict=True)):
            _put_point(node, number, point)
            node.SetNthControlPointDescription(number, told)


def _put_point(node: Node, number: int, ras: NDArray[np.float64]) -> None:
    if np.isfinite(ras).all():
        node.SetNthControlPointPosition(number, *ras.tolist())
    else:
        node.SetNthControlPointPositionMissing(number)


def _arrange(node: Node, labels: tuple[str, ...]) -> None:
    """Give the list one point for each of `labels`, in their order, and no others."""
    fixed = node.GetFixedNumberOfControlPoints()
    node.SetFixedNumberOfControlPoints(False)
    wanted, others = set(labels), []
    seen: set[str] = set()
    for number in range(node.GetNumberOfControlPoints()):
        label = node.GetNthControlPointLabel(number).strip()
        if label in wanted - seen:
            seen.add(label)
        else:
            others.append(number)
    for number in reversed(others):
        node.RemoveNthControlPoint(number)
    for label in labels:
        if label not in seen:
            node.AddControlPoint((0.0, 0.0, 0.0), label)
    held = [node.GetNthControlPointLabel(number).strip() for number in range(len(labels))]
    for number, label in enumerate(labels):
        at = held.index(label)
        if at != number:
            node.SwapControlPoints(number, at)
            held[number], held[at] = held[at], held[number]
        node.SetNthControlPointLabel(number, label)
    node.SetFixedNumberOfControlPoints(fixed)


def add_landmarks(scene: Scene, landmarks: LandmarkSet, name: str) -> Node:
    """A new point list that shows `landmarks`, with a name of its own; errors as `put_landmarks`."""
    node = added(scene, POINTS, name, lambda node: put_landmarks(landmarks, node))
    node.CreateDefaultDisplayNodes()
    return node
