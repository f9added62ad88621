"""Points of a review searched anew by local registration, in the child."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from craniomark.desktop.board import JobBoard
from craniomark.desktop.outcomes import Outcome, failure
from craniomark.desktop.reviewing import ReviewPresenter
from craniomark.desktop.words import sentence, step_words, tr
from craniomark.flows.jobs import Job, Refine
from craniomark.flows.jobs.job import left_words
from craniomark.flows.review import Session
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import read_landmarks, write_landmarks


@dataclass
class _Work:
    session: Session
    labels: tuple[str, ...]
    folder: Path
    job: Job | None = None


class RefinePresenter:
    """Refines points of the specimen under review; what is found is one step of its undo.

    Parameters
    ----------
    board : JobBoard
        Does the work.
    review : ReviewPresenter
        Of the specimen.
    ensure : callable
        Called before work begins, to install what is missing.
    """

    def __init__(
        self, board: JobBoard, review: ReviewPresenter, ensure: Callable[[], None] = lambda: None
    ) -> None:
        self._board, self._review, self.ensure = board, review, ensure
        self.changed: Callable[[], None] = lambda: None
        self.outcome: Outcome | None = None
        self._work: _Work | None = None

    @property
    def busy(self) -> bool:
        """Whether points are being refined."""
        return self._work is not None

    @property
    def status(self) -> str:
        """A line on what it is at; empty when it is at nothing."""
        job = self._work.job if self._work else None
        if self._work is None or job is None:
            return ""
        words = tr("Refining {count} points: {what}{left}")
        left = left_words(job.seconds_left)
        return words.format(count=len(self._work.labels), what=step_words(job.step), left=left)

    @property
    def fraction(self) -> float:
        """0 to 1."""
        return self._work.job.fraction if self._work and self._work.job else 0.0

    def refine(self, labels: Sequence[str], model: str | None) -> None:
        """Begin; raises InputError where there is no point, or the scan is gone."""
        if self.busy:
            return
        session = self._review.session
        if session is None:
            raise InputError(tr("Refine"), tr("specimen"), tr("none"), tr("open its review first"))
        if not labels:
            remedy = tr("choose other points, or select some in the table")
            raise InputError(tr("Refine"), tr("points"), tr("none"), remedy)
        if session.read_only:
            raise InputError(session.id, tr("review"), tr("read-only"), session.read_only.rstrip("."))
        if model and not Path(model).exists():
            raise InputError(model, tr("model"), tr("missing"), tr("choose another model"))
        if session.scan is None or not session.scan.exists():
            raise InputError(session.scan or session.id, tr("scan"), tr("missing"), tr("predict it again"))
        self.ensure()
        self.outcome = None
        folder = Path(tempfile.mkdtemp(prefix="craniomark-refine-"))
        self._work = _Work(session, tuple(labels), folder)
        try:
            write_landmarks(session.landmarks, folder / "before.mrk.json")
            request = Refine(
                scan=session.scan, model=model, landmarks=folder / "before.mrk.json",
                out=folder / "after.mrk.json", only=tuple(labels),
            )  # fmt: skip
            self._work.job = self._board.ask(request, self._heard)
        except Exception:
            self._end()
            raise
        self.changed()

    def cancel(self) -> None:
        """Stop; no point is moved."""
        if self._work is not None and self._work.job is not None:
            self._board.cancel(self._work.job)
            self.changed()

    def _heard(self, job: Job) -> None:
        work = self._work
        if work is None or job is not work.job:
            return
        if not job.ended:
            if self._review.session is not work.session:
                self._board.cancel(job)
        elif job.state == "done":
            self._finish(work)
        elif self._review.session is not work.session:
            self._over(failure(work.session.id, "refused", _closed(work)))
        else:
            self._failed(work, job)
        self.changed()

    def _finish(self, work: _Work) -> None:
        name = work.session.id
        if self._review.session is not work.session:
            self._over(failure(name, "refused", _closed(work)))
            return
        try:
            count = self._review.take(read_landmarks(work.folder / "after.mrk.json"), "refine", work.labels)
        except (InputError, OSError) as error:
            self._over(failure(name, "refused", sentence(error)))
            return
        words = tr("{count} of {of} points were refined. Undo takes them back.")
        self._over(Outcome(name, "good", words.format(count=count, of=len(work.labels))))

    def _failed(self, work: _Work, job: Job) -> None:
        if job.missing:
            from craniomark.desktop.requirements import forget

            forget()
        words = tr("Stopped; no point was moved.") if job.state == "cancelled" else job.message
        self._over(failure(work.session.id, job.state, words, "\n".join(job.last_lines)))

    def _over(self, outcome: Outcome) -> None:
        self._end()
        self.outcome = outcome

    def _end(self) -> None:
        if self._work is not None:
            shutil.rmtree(self._work.folder, ignore_errors=True)
        self._work = None


def _closed(work: _Work) -> str:
    words = tr("The review of {id} was closed while it was refined: no point was moved.")
    return words.format(id=work.session.id)
