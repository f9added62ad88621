"""One specimen under review: a plain object that desktop and browser share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from craniomark.flows.review import commands
from craniomark.flows.review.content import REPEAT
from craniomark.flows.review.history import TAKE, Change
from craniomark.flows.review.parse import check_note, check_place, check_points
from craniomark.flows.review.point import Point, landmarks_of, points_of
from craniomark.flows.review.queue import FINE, doubt, neighbour
from craniomark.flows.review.saved import SavedReview
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet


@dataclass(frozen=True)
class Progress:
    """How far a review is: points in all, reviewed, doubtful and not reviewed, missing."""

    points: int
    reviewed: int
    doubtful: int
    missing: int

    @property
    def complete(self) -> bool:
        """Whether a person has looked at every point."""
        return self.reviewed == self.points


class Session(SavedReview):
    """A review: its points, queue and undo; made by `open_review` and its kin.

    Every change is on the disk before listeners hear of it. To be used from one thread.
    """

    @property
    def points(self) -> Mapping[str, Point]:
        """Points as they are, by label."""
        return MappingProxyType(dict(self._history.points))

    @property
    def base(self) -> Mapping[str, Point]:
        """Points as they were given, before any person's change."""
        return MappingProxyType(dict(self._history.base))

    @property
    def landmarks(self) -> LandmarkSet:
        """Points as landmarks, LPS mm; in a blind digitising, what was not placed yet is missing."""
        if self.kind != REPEAT:
            return landmarks_of(self._history.points)
        unplaced = Point(status="missing")
        points = self._history.points.items()
        return landmarks_of({label: point if point.reviewed else unplaced for label, point in points})

    @property
    def progress(self) -> Progress:
        """How far the review is."""
        points = self._history.points.values()
        return Progress(
            len(points),
            sum(point.reviewed for point in points),
            sum(self.is_doubtful(label) for label in self.labels),
            sum(point.position is None and point.reviewed for point in points),
        )

    # The queue

    @property
    def queue(self) -> tuple[str, ...]:
        """All labels, the most doubtful first; the order stays while points are reviewed."""
        return self._queue

    @property
    def current(self) -> str:
        """The point under review, or empty."""
        return self._current

    def is_doubtful(self, label: str) -> bool:
        """Whether a point is doubtful and no person has decided on it yet."""
        if self._history.points[label].reviewed:
            return False
        return self.kind == REPEAT or doubt(self._history.base[label]) < FINE

    def go(self, label: str) -> None:
        """Turn to a point; its time is counted from now on."""
        self._current = self._known(label) if label else ""
        self._stopwatch.turn_to(self._current)
        self._listeners.queue()

    def next(self, step: int = 1, doubtful: bool = True) -> str | None:
        """Turn to the next point that is left, round the end of the queue.

        Parameters
        ----------
        step : {1, -1}
            Forwards or backwards.
        doubtful : bool
            Doubtful points only; False for all that no person has decided on.

        Returns
        -------
        str or None
            Its label; None where none is left.
        """
        points = self._history.points
        wanted = {
            label: self.is_doubtful(label) if doubtful else not points[label].reviewed for label in points
        }
        found = neighbour(self._queue, wanted, self._current, step)
        if found is not None:
            self.go(found)
        return found

    def previous(self, doubtful: bool = True) -> str | None:
        """The same backwards."""
        return self.next(-1, doubtful)

    def work(self) -> None:
        """Tell that the user is active, such as scrolling, so that the time is counted."""
        self._stopwatch.touch()

    @property
    def seconds(self) -> float:
        """Time spent on the specimen, pauses left out, over all sittings."""
        return self._stopwatch.total

    @property
    def point_seconds(self) -> Mapping[str, float]:
        """The same by label."""
        return MappingProxyType(dict(self._stopwatch.points))

    # Commands; each tells what it did, or None where nothing had to change

    def accept(self, *labels: str) -> Change | None:
        """Say that points are right as they are, and missing ones missing; without labels the current."""
        chosen = self._chosen(labels)
        if self.kind == REPEAT and (
            unplaced := [one for one in chosen if not self._history.points[one].reviewed]
        ):
            raise InputError(
                self.path, f"position of {unplaced[0]}", "not given yet", "place the point first"
            )
        return self._do("accept", *commands.accept(self._history.points, chosen, *self._signed()))

    def move(self, label: str, position: Iterable[float]) -> Change | None:
        """Put a point at a place, LPS mm."""
        old = self._history.points[self._known(label)].position
        place = check_place(position, self.path, f"position of {label}")
        made = commands.move(self._history.points, label, place, *self._signed())
        return self._do("move" if old else "place", *made)

    def set_missing(self, label: str = "") -> Change | None:
        """Say that the specimen lacks a landmark; without label the current."""
        (chosen,) = self._chosen((label,) if label else ())
        return self._do("missing", *commands.miss(self._history.points, chosen, *self._signed()))

    def restore(self, *labels: str) -> Change | None:
        """Put points back to where and what they were before any person's change."""
        chosen = self._chosen(labels)
        return self._do("restore", *commands.restore(self._history.points, self._history.base, chosen))

    def note(self, label: str, text: str) -> Change | None:
        """Write a remark on a point; an empty one takes it away."""
        checked = check_note(text, self.path, f"note on {self._known(label)}")
        return self._do("note", *commands.note(self._history.points, label, checked))

    def take(
        self, landmarks: LandmarkSet, word: str = "refine", only: Sequence[str] | None = None
    ) -> Change | None:
        """Take points that a program computed: predicted anew, or refined.

        Parameters
        ----------
        landmarks : LandmarkSet
            LPS mm; labels that the session does not have are passed over.
        word : str
            What the program did.
        only : sequence of str, optional
            These points, reviewed or not; None for all that no person has decided on.
        """
        if self.kind == REPEAT:
            raise InputError(self.path, "session", "blind", "predict in the review of the specimen")
        given = points_of(landmarks)
        check_points({label: given[label] for label in given if label in self._history.points}, self.path)
        if only is None:
            wanted = [label for label, point in self._history.points.items() if not point.reviewed]
        else:
            wanted = [self._known(label) for label in only]
        labels = [label for label in wanted if label in given]
        return self._do(TAKE, *commands.take(self._history.points, given, labels, word))

    @property
    def to_undo(self) -> Change | None:
        """What `undo` would take back."""
        return self._history.to_undo

    @property
    def to_redo(self) -> Change | None:
        """What `redo` would make again."""
        return self._history.to_redo

    def undo(self) -> Change | None:
        """Take the last change back; None where nothing is left."""
        self._check_writable()
        return self._turned(self._history.undo())

    def redo(self) -> Change | None:
        """Make the change again that was undone last; None where there is none."""
        self._check_writable()
        return self._turned(self._history.redo())

    def _turned(self, change: Change | None) -> Change | None:
        if change is not None:
            self._current = change.labels[0]
            self._stopwatch.turn_to(self._current)
            self._changed(change)
        return change

    def _do(self, verb: str, what: str, points: Mapping[str, Point]) -> Change | None:
        self._check_writable()
        self._stopwatch.touch()
        if not points:
            return None
        observer, time = self._signed()
        change = Change(verb, what, points, observer, time)
        self._history.do(change)
        self._changed(change)
        return change

    def _changed(self, change: Change) -> None:
        if change.verb == TAKE:
            self._order_queue()
        self.save()
        try:
            self._listeners.points(change.labels)
        finally:
            self._listeners.queue()

    def _signed(self) -> tuple[str, str]:
        return self.observer, self._now().isoformat(timespec="seconds")

    def _chosen(self, labels: Sequence[str]) -> list[str]:
        chosen = list(dict.fromkeys(labels)) or ([self._current] if self._current else [])
        if not chosen:
            raise InputError(self.path, "point", "none", "choose a point first")
        return [self._known(label) for label in chosen]

    def _known(self, label: str) -> str:
        if label not in self._history.points:
            raise InputError(self.path, "label", repr(label), "choose a landmark of this session")
        return label
