"""The point list of a review in the scene: shown, coloured, locked, and read where a user drags."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.review.point import Place, Point, landmarks_of
from craniomark.ground.landmarks import LandmarkSet
from craniomark.mrml import Node, add_landmarks, index_of, lock, lock_all_but, put_landmarks, turned
from craniomark.mrml.markups import POINTS
from craniomark.mrml.nodes import edited
from craniomark.mrml.parents import from_world, to_world

FINE_COLOUR, DOUBT_COLOUR = (0.16, 0.72, 0.64), (0.95, 0.62, 0.16)
"""Of points that are as expected or reviewed, and of those that should be looked at."""
REVIEW, VOLUME = "CranioMark.Review", "CranioMark.Volume"
"""Attribute and reference of a list: its review, and the scan."""


class ReviewPoints:
    """Shows the points of a session under the transform of its volume.

    The session's frame is that of the scan, so that points and scan move together.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    dragged : callable
        Given label and place, LPS mm in the frame of the scan, when a user has put a point somewhere.
    """

    def __init__(self, scene_of: Callable[[], Any], dragged: Callable[[str, Place], object]) -> None:
        self._scene_of, self._dragged = scene_of, dragged
        self._identity, self._tags = "", list[int]()
        self._label_of = dict[str, str]()  # by id of the point, which stays when a user renames it
        self._putting = False

    @property
    def node(self) -> Node | None:
        """The point list; None where there is none, or it was deleted."""
        return self._scene_of().GetNodeByID(self._identity) if self._identity else None

    def begin(self, volume: Node, points: Mapping[str, Point], name: str, review: str = "") -> Node:
        """Make the list, or take the one that the volume has of this review; those of others are hidden.

        Parameters
        ----------
        volume : vtkMRMLScalarVolumeNode
            The scan.
        points : mapping of str to Point
            LPS mm, in the frame of the scan.
        name : str
            Of a new list.
        review : str
            What tells the review from others of the volume.
        """
        self.end()
        node = self._only_one(volume, review)
        if node is None:
            node = add_landmarks(self._scene_of(), landmarks_of(points), name)
        else:
            node.SetAndObserveTransformNodeID(None)
            put_landmarks(landmarks_of(points), node)
        node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
        node.SetNodeReferenceID(VOLUME, volume.GetID())
        node.SetAttribute(REVIEW, review)
        node.SetFixedNumberOfControlPoints(True)  # no point is deleted or added by hand
        self._look(node.GetDisplayNode())
        self._identity = node.GetID()
        self._tags = [
            node.AddObserver(event, self._heard)
            for event in (node.PointEndInteractionEvent, node.PointPositionDefinedEvent)
        ]
        return node

    def _only_one(self, volume: Node, review: str) -> Node | None:
        """The list of this review, if the volume has one; all other reviews' lists are hidden."""
        scene, found = self._scene_of(), None
        for number in range(scene.GetNumberOfNodesByClass(POINTS)):
            node = scene.GetNthNodeByClass(number, POINTS)
            told = node.GetAttribute(REVIEW)
            if told is None:
                continue
            if told == review and node.GetNodeReferenceID(VOLUME) == volume.GetID():
                found = node
            else:
                node.SetDisplayVisibility(False)
        return found

    @staticmethod
    def _look(display: Node) -> None:
        with edited(display):
            display.SetColor(*FINE_COLOUR)
            display.SetSelectedColor(*DOUBT_COLOUR)
            display.SetOccludedVisibility(True)
            display.SetVisibility(True)

    def end(self) -> None:
        """Look no more; the list stays in the scene, locked."""
        node = self.node
        if node is not None:
            for tag in self._tags:
                node.RemoveObserver(tag)
            lock(node, _labels(node))
        self._identity, self._tags, self._label_of = "", [], {}

    def show(self, points: Mapping[str, Point], doubtful: Collection[str], current: str) -> None:
        """Put points where the session has them; all but the one under review can't be dragged."""
        node = self.node
        if node is None:
            return
        self._putting = True
        try:
            with edited(node):
                put_landmarks(self._in_world(node, points), node)
                lock_all_but(node, current or None)
                for label in points:
                    number = index_of(node, label)
                    node.SetNthControlPointSelected(number, label in doubtful)
                    self._label_of[node.GetNthControlPointID(number)] = label
        finally:
            self._putting = False

    def world(self, place: Place) -> NDArray[np.float64]:
        """A place of the scan in the world, LPS mm, shape (3,)."""
        return to_world(self.node, [place])[0]

    def own(self, place: NDArray[np.float64]) -> Place:
        """A place in the world as one of the scan."""
        x, y, z = from_world(self.node, place)[0].tolist()
        return x, y, z

    def place_of(self, label: str) -> Place | None:
        """Where the list has a point, LPS mm in the frame of the scan; None where it is nowhere."""
        node = self.node
        return None if node is None else _place_at(node, index_of(node, label))

    def _in_world(self, node: Node, points: Mapping[str, Point]) -> LandmarkSet:
        landmarks = landmarks_of(points)
        annotations = {}
        for label, told in landmarks.annotations.items():
            x, y, z = to_world(node, [told.predicted])[0].tolist()
            annotations[label] = replace(told, predicted=(x, y, z))
        return replace(landmarks, points=to_world(node, landmarks.points), annotations=annotations)

    def _heard(self, node: Node, _event: str) -> None:
        if self._putting or node.GetID() != self._identity:
            return
        for number, label in enumerate(_labels(node)):
            place = _place_at(node, number)
            if place is not None and not node.GetNthControlPointLocked(number):
                self._dragged(self._label_of.get(node.GetNthControlPointID(number), label), place)


def _place_at(node: Node, number: int) -> Place | None:
    if node.GetNthControlPointPositionStatus(number) != node.PositionDefined:
        return None
    x, y, z = turned(node.GetNthControlPointPosition(number)).reshape(-1).tolist()
    return x, y, z


def _labels(node: Node) -> list[str]:
    return [node.GetNthControlPointLabel(n).strip() for n in range(node.GetNumberOfControlPoints())]
