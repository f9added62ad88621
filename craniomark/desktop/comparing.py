"""Another digitising of the specimen under review, shown over its points."""

from collections.abc import Callable
from typing import Any

from craniomark.desktop.words import tr
from craniomark.flows.review import Digitising, Session, others_of
from craniomark.flows.review.content import REPEAT
from craniomark.flows.review.point import Point, points_of
from craniomark.mrml import Node, add_landmarks, lock_all_but
from craniomark.mrml.nodes import edited

COLOUR = (0.32, 0.45, 0.95)


class Comparison:
    """Which digitisings there are, the one that is shown, and how far points are from it.

    Parameters
    ----------
    scene_of : callable
        Gives the scene.
    """

    def __init__(self, scene_of: Callable[[], Any]) -> None:
        self._scene_of = scene_of
        self.found: tuple[Digitising, ...] = ()
        self.shown: Digitising | None = None
        self._node, self._hidden = "", False
        self._points = dict[str, Point]()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the digitisings, in words."""
        return tuple(_name(one) for one in self.found)

    @property
    def node(self) -> Node | None:
        """The point list of the one that is shown; None where none is, or it was deleted."""
        return self._scene_of().GetNodeByID(self._node) if self._node else None

    def look(self, session: Session | None) -> None:
        """See what there is for a session; a blind digitising sees the others once it is complete."""
        self.end()
        self.found = others_of(session) if session is not None else ()
        self._hidden = session is not None and session.kind == REPEAT and not session.progress.complete

    def follow(self, session: Session) -> None:
        """Look again where a blind digitising has become complete."""
        if self._hidden and session.progress.complete:
            self.look(session)

    def show(self, number: int, volume: Node | None) -> None:
        """Show the digitising of a number from 0, or with another number none."""
        self.end()
        if not 0 <= number < len(self.found):
            return
        self.shown = self.found[number]
        self._points = points_of(self.shown.landmarks)
        name = tr("{id} by {who}").format(id=self.shown.id, who=_name(self.shown))
        node = add_landmarks(self._scene_of(), self.shown.landmarks, name)
        self._node = node.GetID()
        if volume is not None:
            node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
        lock_all_but(node, None)
        display = node.GetDisplayNode()
        with edited(display):
            display.SetColor(*COLOUR)
            display.SetSelectedColor(*COLOUR)
            display.SetPointLabelsVisibility(False)

    def end(self) -> None:
        """Show none."""
        node, self._node, self.shown, self._points = self.node, "", None, {}
        if node is not None:
            self._scene_of().RemoveNode(node)

    def apart(self, label: str, point: Point) -> float | None:
        """Distance of a point from where the other has it, mm; None where one of the two lacks it."""
        other = self._points.get(label)
        if other is None or other.position is None or point.position is None:
            return None
        return point.distance(other.position)


def _name(one: Digitising) -> str:
    words = tr("{who}, round {round} (blind)") if one.kind == REPEAT else tr("{who}, round {round}")
    return words.format(who=one.observer or tr("unnamed"), round=one.round)
