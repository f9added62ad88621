"""Landmarks of all scans of a folder, with progress; what was done before is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from craniomark.desktop.board import JobBoard
from craniomark.desktop.orient_folder import check_writable
from craniomark.desktop.outcomes import Outcome, failure
from craniomark.desktop.predicting import Options
from craniomark.desktop.words import step_words, tr
from craniomark.flows.jobs import Batch, Job
from craniomark.flows.jobs.job import left_words
from craniomark.flows.pipeline.record import found_record
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import find_specimens

_READ_AT_ONCE = 10


@dataclass(frozen=True)
class ScanRow:
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
        self._job: Job | None = None
        self._out = Path()
        self._ids: tuple[str, ...] = ()
        self._settled: dict[str, tuple[str, str]] = {}
        self._doubtful: dict[str, str] = {}

    @property
    def busy(self) -> bool:
        """Whether the child is at it, or will be."""
        return self._job is not None and not self.paused

    @property
    def paused(self) -> bool:
        """Whether it waits for `go_on`."""
        return self._job is not None and self._job.state == "paused"

    @property
    def status(self) -> str:
        """A line on what it is at."""
        if self._job is None:
            return ""
        if self.paused:
            words = tr("Paused: {done} of {count} scans are settled.")
            return words.format(done=len(self._settled), count=len(self._ids))
        at, colon, step = self._job.step.rpartition(": ")
        what = f"{at}{colon}{step_words(step)}"
        return tr("Folder: {what}{left}").format(what=what, left=left_words(self._job.seconds_left))

    @property
    def fraction(self) -> float:
        """Of all scans, 0 to 1."""
        return self._job.fraction if self._job else 0.0

    @property
    def rows(self) -> list[ScanRow]:
        """Lines of the table of scans, in the order in which they are done."""
        at = self._job.step.partition(", ")[2] if self._job and self._job.state == "running" else ""
        return [self._row(id_, at == id_ or at.startswith(f"{id_}: ")) for id_ in self._ids]

    def predict(self, folder: str, out: str, options: Options, resume: bool) -> None:
        """Begin; raises InputError where there is no scan, or the results can't be written."""
        if self._job is not None:
            return
        for path, what in ((folder, tr("Folder of scans")), (out, tr("Results"))):
            if not path.strip():
                raise InputError(what, tr("selection"), tr("none"), tr("choose a folder"))
        if options.model and not Path(options.model).exists():
            raise InputError(options.model, tr("model"), tr("missing"), tr("choose another model"))
        specimens = find_specimens([Path(folder)])
        if not specimens:
            raise InputError(folder, tr("scans"), tr("none"), tr("choose a folder with scans"))
        check_writable(Path(out))
        self.ensure()
        self.outcome, self._out = None, Path(out)
        self._ids, self._settled, self._doubtful = tuple(one.id for one in specimens), {}, {}
        request = Batch(
            inputs=(Path(folder),), out=Path(out), resume=resume, model=options.model, orient=options.orient,
            refine=options.refine, mirror=options.mirror,
        )  # fmt: skip
        self._job = self._board.ask(request, self._heard)
        self.changed()

    def cancel(self) -> None:
        """Stop; scans that are done stay, and the next start goes on after them."""
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
        self.changed()
        return len(left) <= _READ_AT_ONCE

    def _row(self, id_: str, at_work: bool) -> ScanRow:
        how, words = self._settled.get(id_, ("", ""))
        states = {"done": tr("done"), "kept": tr("kept from before"), "refused": tr("refused")}
        state = states.get(how) or (tr("at work") if at_work else tr("waits") if self._job else tr("left"))
        look = words.partition(f"{id_}: refused: ")[2] or words if how == "refused" else ""
        return ScanRow(id_, state, look or self._doubtful.get(id_, ""), how == "refused")


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
