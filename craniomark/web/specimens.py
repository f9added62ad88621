"""The specimens of a folder: what there is to open, and how far each is."""

import csv
from pathlib import Path

from craniomark.desktop.shape_results import TABLE, Found, read_results
from craniomark.flows.pipeline.record import found_record
from craniomark.flows.review import Entry, Session, Worklist, known_scan
from craniomark.flows.review.worklist import UNPREDICTED, asked_spacing
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.specimens import Specimen, find_specimens, kind_of, specimen_at
from craniomark.web.places import results_of

UNPREDICTED_LIST = "without-landmarks.csv"


class Specimens:
    """Scans and surfaces of a folder, and those that its results tell of.

    Parameters
    ----------
    source : Path
        A scan, a surface, a list, or a folder.
    results : Path, optional
        Folder of results, where the user has named one.

    Raises
    ------
    InputError
        If there is no specimen.
    """

    def __init__(self, source: Path, results: Path | None = None) -> None:
        self.source = Path(source).expanduser().absolute()
        whole = self.source.is_dir() and kind_of(self.source) is None
        self.root = self.source if whole else self.source.parent
        self.results, self.note = results_of(self.root, results)
        self._found: dict[str, Specimen] = {}
        self.analysed: dict[str, Found] = {}
        """Of an analysis of shapes, the specimens by their names, the worst first; else empty."""
        if (self.source / TABLE).is_file():
            self.analysed = {one.name: one for one in read_results(self.source).specimens}
        try:
            named = [one.predicted for one in self.analysed.values()] or [self.source]
            self._found = {one.id: one for one in find_specimens(named)}
        except InputError:
            if not self.source.is_dir() or self.analysed:
                raise
        self._list = Worklist(self.results, self._listed())
        self._list.arrange(list(self.analysed))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All specimens, as a worklist has them; surfaces are unpredicted for good."""
        return self._list.entries

    def __getitem__(self, id_: str) -> Entry:
        return self._list[id_]

    def is_surface(self, id_: str) -> bool:
        """Whether a specimen is a surface, which can be looked at but not landmarked."""
        return id_ in self._found and self._found[id_].kind == "surface"

    @property
    def counts(self) -> dict[str, int]:
        """How many scans are in each state."""
        counts = dict(self._list.counts)
        counts[UNPREDICTED] -= sum(self.is_surface(entry.id) for entry in self.entries)
        return counts

    def next(self, after: str = "", step: int = 1) -> Entry | None:
        """The next specimen with doubtful points, or else one without a prediction; None for none."""
        found = self._list.next(after, step)
        if found is not None:
            return found
        entries = [entry for entry in self.entries if not self.is_surface(entry.id)][::step]
        ids = [entry.id for entry in entries]
        at = ids.index(after) + 1 if after in ids else 0
        turned = [*entries[at:], *entries[: max(at - 1, 0)]]
        return next((entry for entry in turned if entry.state == UNPREDICTED), None)

    def beside(self, id_: str, step: int) -> str | None:
        """The specimen of an analysis that is worse, -1, or better, 1, than another; None at the ends."""
        names = list(self.analysed)
        at = names.index(id_) + step if id_ in names else -1
        return names[at] if 0 <= at < len(names) else None

    def specimen(self, id_: str) -> Specimen:
        """What is opened: the scan that the points lie in, or else that of the folder.

        Raises
        ------
        InputError
            If it is not in the list, or its scan is gone.
        """
        entry = self[id_]
        known = known_scan(self.results, id_)
        path = Path(known.path) if known is not None else None
        if path is not None and path.exists():
            return self._as_predicted(id_, path)
        if id_ in self._found:
            return self._found[id_]
        where = path or entry.scan or id_
        raise InputError(where, "scan", "not where it was", "put it back, or give the folder of the scans")

    def write_unpredicted(self) -> Path:
        """Write the list of scans that have no landmarks yet, as `craniomark process` takes it.

        Raises
        ------
        InputError
            If there is none, or the folder of results can't be written.
        """
        left = [entry for entry in self.entries if entry.state == UNPREDICTED and entry.id in self._found]
        scans = [self._found[entry.id] for entry in left if not self.is_surface(entry.id)]
        if not scans:
            raise InputError(self.root, "scans without landmarks", "none", "open one, and find them anew")
        rows = [
            (one.id, str(one.path.absolute()), one.group, " ".join(map(str, one.spacing or ())))
            for one in scans
        ]
        path = self.results / UNPREDICTED_LIST
        with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerows((("id", "path", "group", "spacing"), *rows))
        return path

    def add(self, path: Path) -> str:
        """Put a file below `root` into the list; returns its id.

        Raises
        ------
        InputError
            If it is no scan or surface, or another one has its name.
        """
        made = specimen_at(path)
        there = self._found.get(made.id)
        if there is not None and there.path.resolve() != path.resolve():
            raise InputError(path, "name", f"that of {there.path}", "rename one of the two")
        self._found[made.id] = made
        self.look()
        return made.id

    def look(self) -> None:
        """Look at all specimens again; the order stays, new ones come last."""
        before = self._list
        self._list = Worklist(self.results, self._listed())
        known = [entry.id for entry in before.entries]
        self._list.arrange(known)

    def refresh(self, id_: str) -> None:
        """Look at one specimen again."""
        self._list.refresh(id_)

    def follow(self, session: Session) -> None:
        """Let the line of a specimen follow its review."""
        self._list.follow(session)

    def _listed(self) -> list[Specimen]:
        return sorted(self._found.values(), key=lambda one: one.id)

    def _as_predicted(self, id_: str, path: Path) -> Specimen:
        """The scan of a prediction, with the voxel size that was given for it."""
        found = self._found.get(id_)
        if found is not None and found.path.resolve() == path.resolve():
            return found
        record = found_record(self.results, id_)
        return Specimen(id_, path, "ct", spacing=asked_spacing(record.options) if record else None)
