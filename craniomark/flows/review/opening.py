"""Sessions opened: begun from a prediction or a landmark file, or gone on with."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from craniomark.flows.pipeline.record import found_record, record_path
from craniomark.flows.pipeline.source import Source
from craniomark.flows.review.blind import HIDDEN, SCATTER_MM, blind_start
from craniomark.flows.review.content import OBSERVER, REPEAT, REVIEW, Content
from craniomark.flows.review.history import History
from craniomark.flows.review.parse import check_points
from craniomark.flows.review.places import (
    check_id,
    check_observer,
    main_name,
    other_name,
    other_names,
    same_observer,
)
from craniomark.flows.review.point import Point, points_of
from craniomark.flows.review.saved import utc_now
from craniomark.flows.review.scan import checked_scan
from craniomark.flows.review.session import Session
from craniomark.flows.review.stopwatch import IDLE_SECONDS, Stopwatch
from craniomark.flows.review.store import Store
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, read_landmarks


@dataclass(frozen=True)
class Desk:
    """Who works, with what, and by which clocks.

    Attributes
    ----------
    observer : str
        Name of the person; may be empty in a plain review.
    program : str
        What is used, such as ``"Slicer 5.12"``; others are told it.
    clock : callable
        Seconds, never running backwards.
    now : callable
        Time of the wall clock.
    idle_limit : float
        Of a longer pause only so many seconds count.
    """

    observer: str = ""
    program: str = "craniomark"
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = utc_now
    idle_limit: float = IDLE_SECONDS


def open_review(
    folder: Path,
    id_: str,
    desk: Desk | None = None,
    landmarks: LandmarkSet | None = None,
    scan: Path | Source | None = None,
    other_scan: bool = False,
) -> Session:
    """The review of a specimen: the one that was begun, or a new one.

    Parameters
    ----------
    folder : Path
        Of the outputs; the session lies there as ``ID.session.json``.
    id_ : str
        Specimen.
    desk : Desk, optional
        Who works, and with what.
    landmarks : LandmarkSet, optional
        What a new review begins with; else ``ID.csv`` of the folder.
    scan : path or Source, optional
        The scan that is opened now; else the one that the prediction was made of.
    other_scan : bool
        Take this scan even if it is not the one of the session.

    Returns
    -------
    Session
        Read-only, where somebody else reviews the specimen.

    Raises
    ------
    InputError
        If there are no landmarks, the scan is another one, or a file is damaged.
    """
    desk = desk or Desk()
    folder, name = Path(folder), main_name(check_id(id_, Path(folder)))

    def begin() -> Content:
        start, model, known = _given(folder, id_, landmarks)
        source, notes = checked_scan(known, scan, record_path(folder, id_), other_scan)
        return _new(id_, REVIEW, desk, start, scan=source, model=model, notes=notes)

    return _opened(folder, name, desk, begin, scan, other_scan)


def open_as_observer(
    folder: Path, id_: str, desk: Desk, scan: Path | Source | None = None, other_scan: bool = False
) -> Session:
    """A further observer's own review, from what the program gave: the first one's changes are not in it.

    It lies beside the first review under the observer's name. `compare.others_of` shows the others.

    Raises
    ------
    InputError
        If the observer has no name, or there is nothing to begin with.
    """
    folder, observer = Path(folder), check_observer(desk.observer, needed=True)
    mine = [(name, content) for name, content in others(folder, id_)
            if content.kind == OBSERVER and same_observer(content.observer, observer)]  # fmt: skip
    if mine:
        name, content = mine[-1]
        return _opened(folder, name, desk, lambda: content, scan, other_scan)
    return _further(folder, id_, desk, OBSERVER, scan, other_scan, lambda points, _: (points, ()))


def open_blind(
    folder: Path,
    id_: str,
    desk: Desk,
    start: str = HIDDEN,
    seed: int = 0,
    scatter_mm: float = SCATTER_MM,
    scan: Path | Source | None = None,
    other_scan: bool = False,
) -> Session:
    """A blind digitising: that of this observer which is not finished yet, or a new one.

    It is a file of its own and never changes an earlier one.

    Parameters
    ----------
    folder, id_, desk, scan, other_scan
        As for `open_review`; the observer needs a name.
    start : {"hidden", "scattered"}
        Whether points are hidden, or shown at random places near where the program put them.
    seed : int
        Of the order of the points, and of these places; the round is mixed in.
    scatter_mm : float
        How far they are scattered at most.

    Raises
    ------
    InputError
        If the observer has no name, or there is nothing to begin with.
    """
    folder, observer = Path(folder), check_observer(desk.observer, needed=True)
    mine = [(name, content) for name, content in others(folder, id_)
            if content.kind == REPEAT and same_observer(content.observer, observer)
            and not all(point.reviewed for point in content.points.values())]  # fmt: skip
    if mine:
        name, content = mine[-1]
        return _opened(folder, name, desk, lambda: content, scan, other_scan)

    def make(points: dict[str, Point], round_: int) -> tuple[dict[str, Point], tuple[str, ...]]:
        return blind_start(points, start, seed + 1000 * round_, scatter_mm)

    return _further(folder, id_, desk, REPEAT, scan, other_scan, make)


def others(folder: Path, id_: str) -> list[tuple[str, Content]]:
    """File names and contents of all digitisings of a specimen beside its review."""
    found = []
    for name in other_names(folder, check_id(id_, folder)):
        content, _ = Store(folder, name).read()
        if content is not None and content.id == id_:
            found.append((name, content))
    return found


def known_scan(folder: Path, id_: str) -> Source | None:
    """The scan of a specimen as its review, or the record of its prediction, tells it."""
    review = main_review(folder, id_)
    if review is not None:
        return review.scan
    record = found_record(folder, id_)
    return record.source if record else None


def main_review(folder: Path, id_: str) -> Content | None:
    """The review of a specimen as it is on the disk, or None."""
    content, _ = Store(folder, main_name(check_id(id_, folder))).read()
    return content


def _further(
    folder: Path,
    id_: str,
    desk: Desk,
    kind: str,
    scan: Path | Source | None,
    other_scan: bool,
    make: Callable[[dict[str, Point], int], tuple[dict[str, Point], tuple[str, ...]]],
) -> Session:
    observer = check_observer(desk.observer, needed=True)
    first = main_review(folder, id_)
    if first is not None:
        given = dict(History(first.start, first.changes, first.done).base)
        model, known, owner = first.model, first.scan, folder / main_name(id_)
    else:
        given, model, known = _given(folder, id_, None)
        owner = record_path(folder, id_)
    mine = [content.round for _, content in others(folder, id_) if same_observer(content.observer, observer)]
    if first is not None and same_observer(first.observer, observer):
        mine.append(1)
    round_ = 1 + max(mine, default=0)
    source, notes = checked_scan(known, scan, owner, other_scan)

    def begin() -> Content:
        start, order = make(given, round_)
        return replace(
            _new(id_, kind, desk, start, scan=source, model=model, notes=notes), round=round_, order=order
        )

    session = _opened(folder, other_name(id_, observer, round_), desk, begin, scan, other_scan)
    if not session.read_only:
        session.save()  # the round is taken from now on
    return session


def _opened(
    folder: Path,
    name: str,
    desk: Desk,
    begin: Callable[[], Content],
    scan: Path | Source | None,
    other_scan: bool,
) -> Session:
    observer = check_observer(desk.observer)
    store = Store(folder, name)
    holder, locking = store.lock(observer, desk.program)
    try:
        content, notes = store.read()
        if content is not None:
            content = _gone_on(content, folder / name, observer, scan, other_scan)
        content = content or _checked(begin(), folder)
    except BaseException:
        store.release()
        raise
    content = replace(content, notes=tuple(dict.fromkeys((*content.notes, *notes))))
    watch = Stopwatch(desk.clock, desk.idle_limit)
    session = Session(content, store, holder, watch, desk.now, desk.program)
    if session.kind == REVIEW:
        session.observer = observer  # who works now signs, even without a name
    gone = session.scan is not None and not session.scan.exists()
    unchecked = f"The scan is not at {session.scan} any more: it could not be compared." if gone else ""
    session.notes += tuple(note for note in (locking, unchecked) if note)
    return session


def _checked(content: Content, folder: Path) -> Content:
    """A new session's content, if it will be believed when it is read again."""
    try:
        check_points(content.start, folder)
    except InputError as error:
        remedy = "put it right in the landmarks that the review begins with"
        raise InputError(folder, f"landmarks of {content.id}, {error.field}", error.value, remedy) from error
    return content


def _gone_on(
    content: Content, path: Path, observer: str, scan: Path | Source | None, other_scan: bool
) -> Content:
    expected = main_name(content.id) if content.kind == REVIEW else None
    expected = expected or other_name(content.id, content.observer, content.round)
    if path.name != expected:
        value = f"{content.id!r} of {content.observer or 'nobody'}, round {content.round}"
        raise InputError(path, "specimen", value, f"give the file its name back, {expected}")
    source, notes = checked_scan(content.scan, scan, path, other_scan)
    who = observer or content.observer if content.kind == REVIEW else content.observer
    told = tuple(dict.fromkeys((*content.notes, *notes)))
    return replace(content, scan=source, observer=who, notes=told)


def _new(id_: str, kind: str, desk: Desk, start: dict[str, Point], **known: Any) -> Content:
    now = desk.now().isoformat(timespec="seconds")
    observer = check_observer(desk.observer)
    return Content(id_, kind, uuid.uuid4().hex, now, start, dict(start), observer=observer, **known)


def _given(
    folder: Path, id_: str, landmarks: LandmarkSet | None
) -> tuple[dict[str, Point], dict[str, str] | None, Source | None]:
    """Points, model and scan of the prediction in `folder`, or the points that were given."""
    record = found_record(folder, id_)
    model = vars(record.model) if record and record.model and landmarks is None else None
    if landmarks is None:
        path = folder / f"{id_}.csv"
        if not path.exists():
            remedy = "predict its landmarks first, or give landmarks to begin with"
            raise InputError(path, "landmarks", "missing", remedy)
        landmarks = read_landmarks(path)
    if not len(landmarks):
        raise InputError(folder, f"landmarks of {id_}", "none", "give at least one landmark")
    return points_of(landmarks), dict(model) if model else None, record.source if record else None
