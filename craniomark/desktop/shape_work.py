"""The one step that the module for shapes is at: asked for, followed, stopped, paused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from craniomark.desktop.board import JobBoard
from craniomark.desktop.words import sentence, tr
from craniomark.flows.jobs import Job, ShapeTrain
from craniomark.flows.jobs.job import left_words
from craniomark.flows.jobs.runs import Curves

Then = Callable[[Job], object]


@dataclass
class _Work:
    """A step and what follows it."""

    what: str
    job: Job
    then: Then


class ShapeWork:
    """Does one step at a time; a training can be paused, and other steps done between.

    Parameters
    ----------
    board : JobBoard
        Does the work.
    ensure : callable
        Called with ``predict`` or ``train`` before work begins, to install what is missing.
    """

    def __init__(self, board: JobBoard, ensure: Callable[[Any], None] = lambda _purpose: None) -> None:
        self._board, self._ensure = board, ensure
        self.changed: Callable[[], None] = lambda: None
        self.told: Callable[[str, str, str], None] = lambda _kind, _words, _details: None
        """Given how a step ended: ``note`` or ``fault``, a sentence, and last lines of a crash."""
        self.curves: Curves = {}
        """Of the last training."""
        self._work: _Work | None = None
        self._parked: _Work | None = None

    @property
    def busy(self) -> bool:
        """Whether a step is at work."""
        return self._work is not None

    @property
    def training(self) -> bool:
        """Whether a training is at work, which can be paused."""
        return self._work is not None and isinstance(self._work.job.request, ShapeTrain)

    @property
    def paused(self) -> bool:
        """Whether a training is paused."""
        return self._parked is not None

    @property
    def fraction(self) -> float:
        """Of the step, 0 to 1."""
        return self._work.job.fraction if self._work is not None else 0.0

    @property
    def status(self) -> str:
        """A line on what it is at; empty when it is at nothing and nothing is paused."""
        work = self._work
        if work is None:
            return tr("Training is paused; it goes on where it was.") if self.paused else ""
        waits = {"waiting": tr("waiting for another job"), "cancelling": tr("stopping")}
        waits |= {"pausing": tr("pausing")}
        job = work.job
        doing = ": ".join(word for word in (job.part, job.step) if word) or tr("starting")
        told = waits.get(job.state, doing + left_words(job.seconds_left))
        return tr("{what}: {told}").format(what=work.what, told=told)

    def begin(self, request: Any, what: str, then: Then, purpose: str = "predict") -> None:
        """Begin a step, or go on with a paused training that is the same.

        Parameters
        ----------
        request : ShapeRequest
            What is asked of the child.
        what : str
            What it is called in the status line.
        then : callable
            Given the job once it is done; what it raises is told as a fault.
        purpose : {"predict", "train"}
            Packages that it needs.

        Raises
        ------
        InputError
            If packages are missing and were not installed.
        """
        if self.busy:
            return
        self._ensure(purpose)
        parked = self._parked
        if parked is not None and parked.job.request == request:
            self._work, self._parked = parked, None
            self._board.resume(parked.job)
        else:
            if isinstance(request, ShapeTrain):
                self.drop_paused()
                self.curves = {}
            self._work = _Work(what, self._board.ask(request, self._heard), then)
        self.changed()

    def pause(self) -> None:
        """Stop a training so that it can go on."""
        if self._work is not None and self.training:
            self._board.pause(self._work.job)
            self.changed()

    def cancel(self) -> None:
        """Stop for good; what a step has made so far stays in the project."""
        if self._work is not None:
            self._board.cancel(self._work.job)
            self.changed()
        else:
            self.drop_paused()

    def drop_paused(self) -> None:
        """Go on with the paused training no more; its checkpoints stay."""
        parked, self._parked = self._parked, None
        if parked is not None:
            self._board.cancel(parked.job)
            self.changed()

    def _heard(self, job: Job) -> None:
        work = self._work
        if work is None or job is not work.job:
            return
        if isinstance(job.request, ShapeTrain):
            self.curves = job.curves
        if job.state == "paused":
            self._parked, self._work = work, None
        elif job.ended:
            self._work = None
            self._end(job, work)
        self.changed()

    def _end(self, job: Job, work: _Work) -> None:
        if job.state == "cancelled":
            self.told("note", tr("Stopped. What was made so far is kept."), "")
            return
        if job.state != "done":
            if job.missing:
                from craniomark.desktop.requirements import forget

                forget()
            self.told("fault", job.message, "\n".join(job.last_lines))
            return
        self.told("note", job.message, "")
        try:
            work.then(job)
        except Exception as error:
            self.told("fault", sentence(error), "")
