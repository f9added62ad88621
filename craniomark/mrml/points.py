"""Single points of a point list: where one is, moving it, and which are locked."""

from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike, NDArray

from craniomark.ground.checks import InputError
from craniomark.mrml.frames import turned
from craniomark.mrml.markups import POINTS
from craniomark.mrml.nodes import Node, checked, edited, name_of
from craniomark.mrml.parents import from_world, to_world


def index_of(node: Node, label: str) -> int:
    """Number of the point that is called `label`; InputError where there is none."""
    checked(node, POINTS, "point list")
    for number in range(node.GetNumberOfControlPoints()):
        if node.GetNthControlPointLabel(number).strip() == label:
            return number
    remedy = "choose the point list that has it, or predict it again"
    raise InputError(name_of(node), f"landmark {label!r}", "not in the list", remedy)


def point_of(node: Node, label: str) -> NDArray[np.float64]:
    """World position of one point, LPS mm, shape (3,); NaN where it is missing.

    Raises
    ------
    InputError
        If the list has no such point.
    """
    number = index_of(node, label)
    if node.GetNthControlPointPositionStatus(number) != node.PositionDefined:
        return np.full(3, np.nan)
    return to_world(node, turned(node.GetNthControlPointPosition(number)))[0]


def put_point(node: Node, label: str, point: ArrayLike | None) -> None:
    """Move one point to a world position, LPS mm; None or NaN makes it missing.

    Raises
    ------
    InputError
        If the list has no such point, or a parent has no inverse there.
    """
    number = index_of(node, label)
    local = turned(from_world(node, np.full(3, np.nan) if point is None else point))[0]
    with edited(node):
        if np.isfinite(local).all():
            node.SetNthControlPointPosition(number, *local.tolist())
        else:
            node.SetNthControlPointPositionMissing(number)


def locked_labels(node: Node) -> frozenset[str]:
    """Labels of the points that can't be dragged."""
    checked(node, POINTS, "point list")
    numbers = range(node.GetNumberOfControlPoints())
    locked = [number for number in numbers if node.GetNthControlPointLocked(number)]
    return frozenset(node.GetNthControlPointLabel(number).strip() for number in locked)


def lock(node: Node, labels: Collection[str]) -> None:
    """Lock the points of `labels` and unlock all others, in one event."""
    checked(node, POINTS, "point list")
    with edited(node):
        for number in range(node.GetNumberOfControlPoints()):
            held = node.GetNthControlPointLabel(number).strip() in labels
            node.SetNthControlPointLocked(number, held)


def lock_all_but(node: Node, label: str | None) -> None:
    """Lock every point but the one under review; all where it is None.

    Raises
    ------
    InputError
        If the list has no such point.
    """
    free = -1 if label is None else index_of(node, label)
    checked(node, POINTS, "point list")
    with edited(node):
        for number in range(node.GetNumberOfControlPoints()):
            node.SetNthControlPointLocked(number, number != free)
