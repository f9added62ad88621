"""A folder of specimens to review: what is done, what is doubtful, what comes next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from craniomark.flows.pipeline.record import found_record
from craniomark.flows.review.content import REVIEW, Content
from craniomark.flows.review.history import History
from craniomark.flows.review.listeners import Listener, Listeners
from craniomark.flows.review.opening import Desk, main_review, open_review
from craniomark.flows.review.point import Point, landmarks_of, points_of
from craniomark.flows.review.queue import FINE, doubt
from craniomark.flows.review.session import Session
from craniomark.flows.review.training_set import Candidate, TrainingSet, write_training_set
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, read_landmarks

if TYPE_CHECKING:
    from craniomark.ground.specimens import Specimen

DOUBTFUL, DONE, COMPLETE = "doubtful", "done", "complete"
UNPREDICTED, REFUSED, BROKEN = "unpredicted", "refused", "broken"
_REMEDY = "give a folder that `craniomark process` wrote, or the scans too"


@dataclass(frozen=True)
class Entry:
    """One specimen of a worklist.

    Attributes
    ----------
    id, group : str
        Specimen, and its group where a list told one.
    scan : Path or None
        Its image, where it is known.
    state : str
        ``"doubtful"``: doubtful points are left; ``"done"``: none are; ``"complete"``: a person decided
        on every point; ``"unpredicted"``, ``"refused"`` or ``"broken"``: there is nothing to review.
    points, reviewed, doubtful : int
        Landmarks, those that a person decided on, and doubtful ones that nobody did.
    seconds : float
        Time spent, pauses left out.
    begun : bool
        Whether there is a session.
    why : str
        Why there is nothing to review, in a sentence.
    """

    id: str
    state: str
    scan: Path | None = None
    group: str = ""
    points: int = 0
    reviewed: int = 0
    doubtful: int = 0
    seconds: float = 0.0
    begun: bool = False
    why: str = ""


class Worklist:
    """The specimens of an output folder, and of scans that may still have to be predicted.

    The order is made once, the most doubtful first, so that nothing jumps while one works.

    Parameters
    ----------
    folder : Path
        Of the outputs.
    specimens : sequence of Specimen
        From `find_specimens`; those without an output are listed as not predicted yet.

    Raises
    ------
    InputError
        If there is no specimen at all.
    """

    def __init__(self, folder: Path, specimens: "Sequence[Specimen]" = ()) -> None:
        self.folder = Path(folder)
        self._specimens = {specimen.id: specimen for specimen in specimens}
        self._listeners = Listeners()
        ids = dict.fromkeys((*_recorded(self.folder), *self._specimens))
        if not ids:
            raise InputError(self.folder, "specimens", "none", _REMEDY)
        found = [self._look(id_) for id_ in ids]
        self._entries = {entry.id: entry for entry in sorted(found, key=_doubt)}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All specimens, the most doubtful first as they were at the beginning."""
        return tuple(self._entries.values())

    @property
    def counts(self) -> Mapping[str, int]:
        """How many specimens are in each state."""
        states = (DOUBTFUL, DONE, COMPLETE, UNPREDICTED, REFUSED, BROKEN)
        return {state: sum(entry.state == state for entry in self.entries) for state in states}

    def __getitem__(self, id_: str) -> Entry:
        if id_ not in self._entries:
            raise InputError(self.folder, "specimen", repr(id_), "choose one of the list")
        return self._entries[id_]

    def next(self, after: str = "", step: int = 1) -> Entry | None:
        """The next specimen with doubtful points, round the end of the list; None where none is left.

        Parameters
        ----------
        after : str
            Id to begin behind; empty for the beginning of the list, or its end backwards.
        step : {1, -1}
            Forwards or backwards.
        """
        ids = list(self._entries)[::step]
        if after:
            at = ids.index(self[after].id)
            ids = ids[at + 1 :] + ids[:at]
        return next((self[id_] for id_ in ids if self[id_].state == DOUBTFUL), None)

    def open(self, id_: str, desk: Desk | None = None, other_scan: bool = False) -> Session:
        """The review of a specimen; its line of the list follows it.

        Raises
        ------
        InputError
            As `open_review`.
        """
        scan = self[id_].scan
        there = scan if scan and scan.exists() else None
        session = open_review(self.folder, id_, desk, scan=there, other_scan=other_scan)
        self.follow(session)
        return session

    def follow(self, session: Session) -> None:
        """Let the line of a specimen follow its review, which was opened elsewhere."""
        if session.id in self._entries and session.kind == REVIEW:
            session.listen(Listener(points=lambda _: self._follow(session)))
            self._follow(session)

    def refresh(self, id_: str | None = None) -> None:
        """Look again at one specimen, or all: it was predicted, or somebody else reviewed it."""
        for one in [id_] if id_ is not None else list(self._entries):
            self._put(self._look(self[one].id))

    def arrange(self, ids: Sequence[str]) -> None:
        """Put specimens into the order of a list that was made before; others come behind."""
        first = {id_: self._entries[id_] for id_ in ids if id_ in self._entries}
        self._entries = {**first, **self._entries}

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener.points` the ids whose lines changed; what is returned ends it."""
        return self._listeners.add(listener)

    def landmarks(self, states: Sequence[str] = (DOUBTFUL, DONE, COMPLETE)) -> dict[str, LandmarkSet]:
        """Landmarks by specimen id, as reviewed so far, of all specimens in one of `states`."""
        ids = sorted(entry.id for entry in self.entries if entry.state in states)
        return {id_: landmarks_of(self._points(id_)[0]) for id_ in ids}

    def write_training_set(self, out: Path, replace: bool = False) -> TrainingSet:
        """Write all specimens that are reviewed completely as a data set for training.

        Raises
        ------
        InputError
            As `training_set.write_training_set`.
        """
        shown = [entry for entry in self.entries if entry.state in (DOUBTFUL, DONE, COMPLETE)]
        candidates = [self._candidate(entry) for entry in sorted(shown, key=lambda entry: entry.id)]
        return write_training_set(candidates, out, replace)

    def _candidate(self, entry: Entry) -> Candidate:
        points, _ = self._points(entry.id)
        record = found_record(self.folder, entry.id)
        options = record.options if record else {}
        specimen = self._specimens.get(entry.id)
        return Candidate(
            entry.id,
            entry.scan,
            landmarks_of(points),
            sum(not point.reviewed for point in points.values()),
            entry.group,
            asked_spacing(options) or (specimen.spacing if specimen else None),
            bool(options.get("mirror")),
        )

    def _look(self, id_: str) -> Entry:
        record = found_record(self.folder, id_)
        specimen = self._specimens.get(id_)
        scan = specimen.path if specimen else Path(record.source.path) if record else None
        group = (specimen.group if specimen else "") or (record.group if record else "")
        entry = Entry(id_, UNPREDICTED, scan, group, why="It was not predicted yet.")
        try:
            points, content = self._points(id_)
        except FileNotFoundError:
            if record is None or record.outcome != "refused":
                return entry
            return replace(entry, state=REFUSED, why=record.reason)
        except InputError as error:
            return replace(entry, state=BROKEN, why=str(error))
        base = History(content.start, content.changes, content.done).base if content else points
        seconds = content.seconds if content else 0.0
        return replace(_counted(entry, points, base), seconds=seconds, begun=content is not None)

    def _points(self, id_: str) -> tuple[Mapping[str, Point], Content | None]:
        """Points of a specimen as they are now, and its session if there is one."""
        content = main_review(self.folder, id_)
        if content is not None:
            return content.points, content
        path = self.folder / f"{id_}.csv"
        if not path.exists():
            raise FileNotFoundError(path)
        return points_of(read_landmarks(path)), None

    def _follow(self, session: Session) -> None:
        entry = _counted(self[session.id], session.points, session.base)
        self._put(replace(entry, seconds=session.seconds, begun=True))

    def _put(self, entry: Entry) -> None:
        if self._entries[entry.id] != entry:
            self._entries[entry.id] = entry
            self._listeners.points((entry.id,))


def _counted(entry: Entry, points: Mapping[str, Point], base: Mapping[str, Point]) -> Entry:
    reviewed = sum(point.reviewed for point in points.values())
    doubtful = sum(not point.reviewed and doubt(base[label]) < FINE for label, point in points.items())
    state = COMPLETE if reviewed == len(points) else DOUBTFUL if doubtful else DONE
    return replace(entry, state=state, points=len(points), reviewed=reviewed, doubtful=doubtful, why="")


def has_results(folder: Path) -> bool:
    """Whether any specimen has a record or a review in `folder`."""
    return bool(_recorded(folder))


def _recorded(folder: Path) -> list[str]:
    """Ids that have a record or a review in `folder`."""
    if not folder.is_dir():
        return []
    names = sorted(file.name for file in folder.iterdir() if file.suffix == ".json")
    ids = [name.removesuffix(".session.json") for name in names if name.endswith(".session.json")]
    others = [
        name.removesuffix(".json") for name in names if not name.endswith((".mrk.json", ".session.json"))
    ]
    return sorted({*ids, *(id_ for id_ in others if found_record(folder, id_))})


def _doubt(entry: Entry) -> tuple[int, int, str]:
    order = (DOUBTFUL, DONE, COMPLETE, UNPREDICTED, REFUSED, BROKEN)
    return order.index(entry.state), -entry.doubtful, entry.id


def asked_spacing(options: Mapping[str, object]) -> tuple[float, float, float] | None:
    """Voxel size, mm, that the options of a record name in place of the scan's own; None for none."""
    given = options.get("spacing")
    if not isinstance(given, list) or len(given) != 3:
        return None
    unit = 0.001 if options.get("unit") == "um" else 1.0
    x, y, z = (float(step) * unit for step in given)
    return x, y, z
