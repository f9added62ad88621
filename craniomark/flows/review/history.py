"""What was done in a review, step by step, with nothing forgotten: undo and redo without limit."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from craniomark.flows.review.point import Point

VERBS = ("accept", "move", "place", "missing", "restore", "note", "take")
TAKE = "take"
"""The verb of points that a program gave, not a person: predicted anew or refined."""


@dataclass(frozen=True)
class Change:
    """One command, as it can be undone.

    Attributes
    ----------
    verb : str
        One of `VERBS`.
    what : str
        What it did, in words for "Undo ...".
    points : mapping of str to Point
        The points that it changed, by label, as they are after it.
    observer, time : str
        By whom and when (ISO 8601).
    """

    verb: str
    what: str
    points: Mapping[str, Point]
    observer: str = ""
    time: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the points that it changed."""
        return tuple(self.points)

    @cached_property
    def text(self) -> str:
        """One line of JSON, made once: a session is saved after every change."""
        points = {label: point.as_json() for label, point in self.points.items()}
        values = {key: value for key, value in vars(self).items() if value and key not in ("points", "text")}
        return json.dumps(values | {"points": points}, ensure_ascii=False, allow_nan=False)


class History:
    """Points as they were at the start, and all changes since.

    Parameters
    ----------
    start : mapping of str to Point
        By label, in the order of every output.
    changes : sequence of Change
        In the order in which they were made; they name labels of `start` only.
    done : int, optional
        How many of them hold; the others were undone and can be redone. All, if not given.
    """

    def __init__(
        self, start: Mapping[str, Point], changes: Sequence[Change] = (), done: int | None = None
    ) -> None:
        self.start = dict(start)
        self._changes = list(changes)
        self._points = dict(start)
        self._before: list[dict[str, Point]] = []
        self._base = dict(start)
        for change in self._changes[: len(self._changes) if done is None else done]:
            self._apply(change)

    @property
    def points(self) -> Mapping[str, Point]:
        """Points as they are now, by label."""
        return self._points

    @property
    def base(self) -> Mapping[str, Point]:
        """Points as a program gave them last, or as they were at the start."""
        return self._base

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, those that were undone last."""
        return tuple(self._changes)

    @property
    def done(self) -> int:
        """How many changes hold."""
        return len(self._before)

    @property
    def to_undo(self) -> Change | None:
        """The change that `undo` would take back."""
        return self._changes[self.done - 1] if self.done else None

    @property
    def to_redo(self) -> Change | None:
        """The change that `redo` would make again."""
        return self._changes[self.done] if self.done < len(self._changes) else None

    def do(self, change: Change) -> None:
        """Make a change; what was undone before can't be redone any more."""
        del self._changes[self.done :]
        self._changes.append(change)
        self._apply(change)

    def undo(self) -> Change | None:
        """Take the last change back and return it; None where nothing is left."""
        change = self.to_undo
        if change is not None:
            self._points.update(self._before.pop())
            if change.verb == TAKE:
                self._base = self._given(self._changes[: self.done])
        return change

    def redo(self) -> Change | None:
        """Make the change that was undone last again and return it; None where there is none."""
        change = self.to_redo
        if change is not None:
            self._apply(change)
        return change

    def _apply(self, change: Change) -> None:
        self._before.append({label: self._points[label] for label in change.points})
        self._points.update(change.points)
        if change.verb == TAKE:
            self._base.update(change.points)

    def _given(self, changes: Iterable[Change]) -> dict[str, Point]:
        given = dict(self.start)
        for change in changes:
            if change.verb == TAKE:
                given.update(change.points)
        return given
