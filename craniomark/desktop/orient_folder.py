"""Scans of a folder oriented: a transform of each, and a table of all."""

import os
from collections.abc import Callable
from pathlib import Path

from craniomark.desktop.board import JobBoard
from craniomark.desktop.outcomes import Outcome, failure, outcome_of, write_outcomes
from craniomark.desktop.words import sentence, tr
from craniomark.flows.jobs import Job, Orient
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import find_specimens

TABLE = "poses.csv"


class FolderPresenter:
    """Asks for the pose of each scan of a folder.

    Parameters
    ----------
    board : JobBoard
        Does the work.
    changed : callable
        Called after each change.
    ensure : callable
        As for `OrientPresenter`.
    """

    def __init__(
        self,
        board: JobBoard,
        changed: Callable[[], None] = lambda: None,
        ensure: Callable[[], None] = lambda: None,
    ) -> None:
        self._board, self.changed, self.ensure = board, changed, ensure
        self.outcomes: list[Outcome] = []
        self.problem = ""
        self._jobs: dict[str, Job] = {}
        self._out = Path()

    @property
    def busy(self) -> bool:
        """Whether scans are left."""
        return any(not job.ended for job in self._jobs.values())

    @property
    def status(self) -> str:
        """A line on what it is at."""
        at = next(((name, job) for name, job in self._jobs.items() if job.at_work), None)
        if at is None:
            return tr("Waiting for another job.") if self.busy else ""
        return tr("{name} ({number} of {count}): {what}").format(
            name=at[0],
            number=len(self.outcomes) + 1,
            count=len(self._jobs),
            what=at[1].step or tr("starting"),
        )

    @property
    def fraction(self) -> float:
        """Of all scans, 0 to 1."""
        if not self._jobs:
            return 0.0
        return sum(1.0 if job.ended else job.fraction for job in self._jobs.values()) / len(self._jobs)

    def orient(self, folder: str, out: str, model: str | None) -> None:
        """Begin; raises InputError where there is no scan, or the output folder can't be written to."""
        if self.busy:
            return
        for path, what in ((folder, tr("Folder of scans")), (out, tr("Output folder"))):
            if not path.strip():
                raise InputError(what, tr("selection"), tr("none"), tr("choose a folder"))
        if model and not Path(model).exists():
            raise InputError(model, tr("model"), tr("missing"), tr("choose another model"))
        specimens = find_specimens([Path(folder)])
        if not specimens:
            raise InputError(folder, tr("scans"), tr("none"), tr("choose a folder with scans"))
        self._out = Path(out)
        check_writable(self._out)
        self.ensure()
        self.outcomes, self._jobs, self.problem = [], {}, ""
        for specimen in specimens:
            request = Orient(scan=specimen.path, model=model, out=self._out / f"{specimen.id}.tfm")
            self._jobs[specimen.id] = self._board.ask(request, self._heard)
        self.changed()

    def cancel(self) -> None:
        """Stop; transforms that were written stay."""
        for job in reversed(self._jobs.values()):
            if not job.ended:
                self._board.cancel(job)
        self.changed()

    def _heard(self, job: Job) -> None:
        name = next((name for name, one in self._jobs.items() if one is job), "")
        if name and job.ended:
            self.outcomes.append(_outcome(name, job))
            if not self.busy:
                self._write()
        self.changed()

    def _write(self) -> None:
        try:
            write_outcomes(self.outcomes, self._out / TABLE)
        except (InputError, OSError) as error:
            self.problem = sentence(error)


def _outcome(name: str, job: Job) -> Outcome:
    if job.state == "done":
        return outcome_of(name, job.value, job.value.get("left_right") == "verified")
    return failure(name, job.state, job.message or tr("Stopped."), "\n".join(job.last_lines))


def check_writable(folder: Path) -> None:
    """Make the folder where it isn't there; refuse one that can't be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise InputError(folder, tr("folder"), tr("read-only"), tr("choose one that you may write to"))
