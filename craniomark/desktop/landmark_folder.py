"""Landmarks of all scans of a folder, with progress; what was done before is kept."""

from collections.abc import Callable
from pathlib import Path

from craniomark.desktop.board import JobBoard
from craniomark.desktop.orient_folder import check_writable
from craniomark.desktop.outcomes import Outcome, failure
from craniomark.desktop.predicting import Options
from craniomark.desktop.words import tr
from craniomark.flows.jobs import Batch, Job
from craniomark.flows.jobs.job import left_words
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import find_specimens


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
        self.log: tuple[str, ...] = ()
        self._job: Job | None = None

    @property
    def busy(self) -> bool:
        """Whether scans are left."""
        return self._job is not None

    @property
    def status(self) -> str:
        """A line on what it is at."""
        if self._job is None:
            return ""
        what = self._job.step or tr("starting")
        return tr("Folder: {what}{left}").format(what=what, left=left_words(self._job.seconds_left))

    @property
    def fraction(self) -> float:
        """Of all scans, 0 to 1."""
        return self._job.fraction if self._job else 0.0

    def predict(self, folder: str, out: str, options: Options, resume: bool) -> None:
        """Begin; raises InputError where there is no scan, or the results can't be written."""
        if self.busy:
            return
        for path, what in ((folder, tr("Folder of scans")), (out, tr("Results"))):
            if not path.strip():
                raise InputError(what, tr("selection"), tr("none"), tr("choose a folder"))
        if options.model and not Path(options.model).exists():
            raise InputError(options.model, tr("model"), tr("missing"), tr("choose another model"))
        if not find_specimens([Path(folder)]):
            raise InputError(folder, tr("scans"), tr("none"), tr("choose a folder with scans"))
        check_writable(Path(out))
        self.ensure()
        self.outcome, self.log = None, ()
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

    def _heard(self, job: Job) -> None:
        if job is not self._job:
            return
        self.log = tuple(job.log)
        if job.ended:
            self._job, self.outcome = None, _outcome(job)
        self.changed()


def _outcome(job: Job) -> Outcome:
    name = Path(job.request.out).name if isinstance(job.request, Batch) else ""
    if job.state == "done":
        doubtful = bool(job.value.get("refused"))
        words = tr("{message} Tables and report lie in {folder}.").format(
            message=job.message, folder=job.path
        )
        return Outcome(name, "doubtful" if doubtful else "good", words)
    if job.missing:
        from craniomark.desktop.requirements import forget

        forget()
    words = tr("Stopped; what is done stays, and the next start goes on after it.")
    told = words if job.state == "cancelled" else job.message
    return failure(name, job.state, told, "\n".join(job.last_lines))
