"""A review that is on the disk after every change: opened, saved, looked at, handed over."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from craniomark.flows.review.content import Content, text_of
from craniomark.flows.review.history import History
from craniomark.flows.review.listeners import Listener, Listeners
from craniomark.flows.review.lock import Holder
from craniomark.flows.review.point import Point
from craniomark.flows.review.queue import most_doubtful_first
from craniomark.flows.review.stopwatch import Stopwatch
from craniomark.flows.review.store import ConflictError, Store
from craniomark.ground.checks import InputError


def utc_now() -> datetime:
    """The time of the wall clock."""
    return datetime.now(UTC)


class SavedReview:
    """State of a review and its file.

    A change that can't be saved stays in memory, `trouble` says why, and it is tried again with the
    next change or by `save`.

    Parameters
    ----------
    content : Content
        Where the review stands.
    store : Store
        Its files.
    holder : Holder or None
        Who else writes: then this session can only be looked at.
    stopwatch : Stopwatch
        What counts the time.
    now : callable
        Time of the wall clock.
    program : str
        What is used, for others to see.

    Attributes
    ----------
    id, kind, observer : str
        Specimen, kind of digitising, and who works.
    round : int
        Which digitising by this observer.
    notes : tuple of str
        What happened to the session, and what was noticed when it was opened, in sentences for the user.
    trouble : str
        Why the last change could not be saved where it belongs; empty if all is well.
    unsaved : bool
        Whether there is anything that is on no disk.
    """

    def __init__(
        self,
        content: Content,
        store: Store,
        holder: Holder | None,
        stopwatch: Stopwatch,
        now: Callable[[], datetime],
        program: str,
    ) -> None:
        self._store, self._stopwatch, self._now, self._program = store, stopwatch, now, program
        self._listeners = Listeners()
        self._reading = _held(store.home, holder) if holder else ""
        self.trouble, self.unsaved, self._closed = "", False, False
        self.id, self.kind, self.round = content.id, content.kind, content.round
        self.observer, self.notes = content.observer, content.notes
        self._load(content)

    def _load(self, content: Content) -> None:
        self._content = content
        self._stopwatch.start(content.current, content.seconds, content.point_seconds)
        self._history = History(content.start, content.changes, content.done)
        self._current = content.current
        self._order_queue()

    def _order_queue(self) -> None:
        self._queue = self._content.order or most_doubtful_first(self._history.base)

    @property
    def path(self) -> Path:
        """The session's file."""
        return self._store.home

    @property
    def folder(self) -> Path:
        """The folder of the outputs, where the session belongs."""
        return self._store.folder

    @property
    def scan(self) -> Path | None:
        """The scan that the points lie in, where it was when the session was opened."""
        return Path(self._content.scan.path) if self._content.scan else None

    @property
    def model(self) -> Mapping[str, str] | None:
        """Name, version and checksum of the model that predicted, where they are known."""
        return self._content.model

    @property
    def labels(self) -> tuple[str, ...]:
        """Landmarks, in the order of every output."""
        return tuple(self._history.start)

    @property
    def read_only(self) -> str:
        """Why nothing can be changed, in a sentence; empty where it can."""
        return self._reading

    def ever(self, label: str) -> tuple[Point, ...]:
        """Every state that a point was in; none for a label that the session does not have."""
        changed = (change.points[label] for change in self._history.changes if label in change.points)
        return (self._history.start[label], *changed) if label in self._history.start else ()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of changes from now on; what is returned ends it."""
        return self._listeners.add(listener)

    def save(self) -> bool:
        """Save now; False where it failed, and `trouble` says why."""
        self._check_writable()
        before, content = self.trouble, self._now_content()
        try:
            self.trouble, self.unsaved = self._store.write(text_of(content)), False
            self._content = content
        except ConflictError as error:
            self._give_way(error, text_of(content))
        except InputError as error:
            self.trouble, self.unsaved = str(error), True
        if self.trouble != before:
            self._listeners.status(self.trouble)
        return not self.unsaved and not self._reading

    def _give_way(self, error: ConflictError, text: str) -> None:
        """Leave the session to whoever wrote it meanwhile; keep what was changed here beside it."""
        try:
            self.trouble = f"{error} What was changed here lies in {self._store.write_beside(text)}."
        except InputError as full:
            self.trouble, self.unsaved = f"{error} {full}", True
            return
        self._reading, self.unsaved = self.trouble, False
        self._store.release()

    def refresh(self) -> bool:
        """Of a session that can only be looked at: read again what somebody else changed.

        Returns
        -------
        bool
            Whether anything was changed.
        """
        if not self._reading or not self._store.changed_elsewhere():
            return False
        content, _ = self._store.read()
        if content is None or content.id != self.id:
            return False
        self._load(replace(content, current=self._current if self._current in content.start else ""))
        self._listeners.points(self.labels)
        self._listeners.queue()
        return True

    def take_over(self) -> bool:
        """Write from now on, if whoever did has gone; True if this session can write."""
        if not self._reading or self._closed:
            return not self._reading
        holder, note = self._store.lock(self.observer, self._program)
        if holder is not None:
            self._reading = _held(self.path, holder)
        else:
            try:
                self.refresh()
            except BaseException:
                self._store.release()
                raise
            self._reading, self.trouble = "", ""
        self._listeners.status(self._reading or note)
        return not self._reading

    def close(self) -> None:
        """Save the time that was spent, and let others write."""
        self._stopwatch.stop()
        try:
            if not self._reading and (self.unsaved or self._history.changes or self.path.exists()):
                self.save()
        finally:
            self._store.release()
            self._closed = True
            self._reading = self._reading or f"{self.path}: the session was closed; open it again."

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_writable(self) -> None:
        if self._reading:
            raise InputError(self.path, "session", "read-only", self._reading.rstrip("."))

    def _now_content(self) -> Content:
        return replace(
            self._content,
            revision=self._content.revision + 1,
            observer=self.observer or self._content.observer,
            program=self._program,
            saved=self._now().isoformat(timespec="seconds"),
            points=dict(self._history.points),
            changes=self._history.changes,
            done=self._history.done,
            current=self._current,
            seconds=self._stopwatch.total,
            point_seconds=dict(self._stopwatch.points),
        )


def _held(path: Path, holder: Holder) -> str:
    return f"{path} is being reviewed by {holder.sentence()}: it can only be looked at here."
