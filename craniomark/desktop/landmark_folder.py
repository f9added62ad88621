"""Landmarks of all scans of a folder, with progress; what was done before is kept."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from craniomark.desktop.board import JobBoard
from craniomark.desktop.orient_folder import check_writable
from craniomark.desktop.outcomes import Outcome, failure
from craniomark.desktop.predicting import Options
from craniomark.desktop.scan_list import ListedScan, ScanList
from craniomark.desktop.words import step_words, tr
from craniomark.flows.jobs import Batch, Job
from craniomark.flows.jobs.job import left_words
from craniomark.flows.pipeline.record import found_record
from craniomark.ground.checks import InputError

_READ_AT_ONCE = 10


class ScanRow(NamedTuple):
    """A line of the table: specimen, state in words, what to look at, and whether it was refused."""

    id: str
    state: str
    look: str
    refused: bool


class BatchPresenter:
    """Predicts the scans of a folder.

    Parameters
    ----------
    board : JobBoard
        Does the work.
    ensure : callable
        Called before work begins, to install what is missing.
    """

    def __init__(self, board: JobBoard, ensure: Callable[[], None] = lambda: None) -> None:
        self._board, self.ensure = board, ensure
        self.changed: Callable[[], None] = lambda: None
        self.outcome: Outcome | None = None
        self._list = ScanList(board)
        self._job: Job | None = None
        self._out = Path()
        self._lines: dict[str, int] = {}
        self._rest, self._untouched = "", list[ScanRow]()
        self._ended: dict[str, ScanRow] = {}
        self._settled: dict[str, tuple[str, str]] = {}
        self._doubtful: dict[str, str] = {}

    @property
    def busy(self) -> bool:
        """Whether the child is at it, or will be."""
        return self._list.busy or self.pausable

    @property
    def pausable(self) -> bool:
        """Whether scans are predicted now."""
        return self._job is not None and not self.paused

    @property
    def paused(self) -> bool:
        """Whether it waits for `go_on`."""
        return self._job is not None and self._job.state == "paused"

    @property
    def status(self) -> str:
        """A line on what it is at."""
        if self._job is None:
            return self._list.status
        if self.paused:
            words = tr("Paused: {done} of {count} scans are settled.")
            return words.format(done=len(self._settled), count=len(self._lines))
        at, colon, step = self._job.step.rpartition(": ")
        what = f"{at}{colon}{step_words(step)}"
        return tr("Folder: {what}{left}").format(what=what, left=left_words(self._job.seconds_left))

    @property
    def fraction(self) -> float:
        """Of all scans, 0 to 1."""
        return self._job.fraction if self._job else 0.0

    @property
    def rows(self) -> list[ScanRow]:
        """Lines of the table of scans, as they are done; unchanged ones are the same object."""
        rest = tr("waits") if self._job else tr("left")
        if rest != self._rest:
            self._rest, self._untouched = rest, [ScanRow(id_, rest, "", False) for id_ in self._lines]
        rows = list(self._untouched)
        at = self._job.step.partition(", ")[2] if self._job and self._job.state == "running" else ""
        for id_ in (at, at.partition(": ")[0]):
            if id_ in self._lines:
                rows[self._lines[id_]] = ScanRow(id_, tr("at work"), "", False)
        for id_ in self._settled.keys() & self._lines.keys():  # one may have come since they were listed
            rows[self._lines[id_]] = self._settled_row(id_)
        return rows

    def predict(self, folder: str, out: str, options: Options, resume: bool) -> None:
        """Begin; raises InputError where something is not chosen, or the results can't be written."""
        if self._job is not None or self._list.busy:
            return
        for path, what in ((folder, tr("Folder of scans")), (out, tr("Results"))):
            if not path.strip():
                raise InputError(what, tr("selection"), tr("none"), tr("choose a folder"))
        if options.model and not Path(options.model).exists():
            raise InputError(options.model, tr("model"), tr("missing"), tr("choose another model"))
        check_writable(Path(out))
        self.ensure()
        self.outcome, self._out = None, Path(out)
        self._show([])
        request = Batch(
            inputs=(Path(folder),), out=Path(out), resume=resume, model=options.model, orient=options.orient,
            refine=options.refine, mirror=options.mirror,
        )  # fmt: skip
        self._list.ask(Path(folder), lambda scans: self._begin(request, scans), self._not_begun)
        self.changed()

    def _begin(self, request: Batch, scans: Sequence[ListedScan]) -> None:
        self._show([one.id for one in scans])
        self._job = self._board.ask(request, self._heard)
        self.changed()

    def _show(self, ids: Sequence[str]) -> None:
        self._lines, self._rest = {id_: number for number, id_ in enumerate(ids)}, ""
        self._settled, self._doubtful, self._ended = {}, {}, {}

    def _not_begun(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.changed()

    def cancel(self) -> None:
        """Stop; scans that are done stay, and the next start goes on after them."""
        self._list.cancel()
        if self._job is not None:
            self._board.cancel(self._job)
            self.changed()

    def pause(self) -> None:
        """Stop, to go on later; other work may come between."""
        if self._job is not None:
            self._board.pause(self._job)
            self.changed()

    def go_on(self) -> None:
        """Go on after what is done."""
        if self._job is not None:
            self._board.resume(self._job)
            self.changed()

    def _heard(self, job: Job) -> None:
        if job is not self._job:
            return
        if len(job.settled) > len(self._settled):
            self._settled = dict(job.settled)
            self._board.follow(self._read_some)
        if job.ended:
            self._job, self.outcome = None, _outcome(job)
        self.changed()

    def _read_some(self) -> bool:
        """Read how many points of the scans that are done are doubtful, a few at a time."""
        left = [
            id_ for id_, (how, _) in self._settled.items() if how != "refused" and id_ not in self._doubtful
        ]
        for id_ in left[:_READ_AT_ONCE]:
            record = found_record(self._out, id_)
            counts = record.counts if record else {}
            words = tr("{count} doubtful") if counts.get("review") else ""
            self._doubtful[id_] = words.format(count=counts.get("review", 0))
            self._ended.pop(id_, None)
        self.changed()
        return len(left) <= _READ_AT_ONCE

    def _settled_row(self, id_: str) -> ScanRow:
        if id_ not in self._ended:
            how, told = self._settled[id_]
            states = {"done": tr("done"), "kept": tr("kept from before"), "refused": tr("refused")}
            look = told.partition(f"{id_}: refused: ")[2] or told if how == "refused" else ""
            look = look or self._doubtful.get(id_, "")
            self._ended[id_] = ScanRow(id_, states[how], look, how == "refused")
        return self._ended[id_]


def _outcome(job: Job) -> Outcome:
    out = job.request.out if isinstance(job.request, Batch) else Path()
    name = out.name
    if job.state == "done":
        doubtful = bool(job.value.get("refused"))
        words = tr("{message} Tables and report lie in {folder}.").format(message=job.message, folder=out)
        return Outcome(name, "doubtful" if doubtful else "good", words)
    if job.missing:
        from craniomark.desktop.requirements import forget

        forget()
    words = tr("Stopped; what is done stays, and the next start goes on after it.")
    told = words if job.state == "cancelled" else job.message
    return failure(name, job.state, told, "\n".join(job.last_lines))
