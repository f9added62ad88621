"""Scans of a folder oriented: a transform of each, and a table of all; what was done before is kept."""

from collections.abc import Callable
from pathlib import Path

from craniomark.desktop.board import JobBoard
from craniomark.desktop.outcomes import Outcome, failure, outcome_of, summary
from craniomark.desktop.poses_file import ScanState, kept_poses, state_of, transform_of, write_poses
from craniomark.desktop.words import sentence, step_words, tr
from craniomark.flows.jobs import Job, Orient
from craniomark.ground.checks import InputError, can_write
from craniomark.ground.specimens import Specimen, find_specimens


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
        """How scans ended, the kept ones first."""
        self.problem = ""
        """Why the table could not be written; empty where it could."""
        self._jobs: dict[str, Job] = {}
        self._kept: dict[str, Outcome] = {}
        self._states: dict[str, ScanState] = {}
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
            count=len(self._jobs) + len(self._kept),
            what=step_words(at[1].step),
        )

    @property
    def fraction(self) -> float:
        """Of all scans, 0 to 1."""
        if not self._jobs:
            return 0.0
        done = sum(1.0 if job.ended else job.fraction for job in self._jobs.values())
        return (len(self._kept) + done) / (len(self._kept) + len(self._jobs))

    def summary(self) -> tuple[str, str]:
        """Kind and sentence on how it ended."""
        kind, words = summary(self.outcomes)
        if self._kept:
            words += " " + tr("{count} were there before.").format(count=len(self._kept))
        return ("fault", f"{words} {self.problem}") if self.problem else (kind, words)

    def orient(self, folder: str, out: str, model: str | None, keep: bool = True) -> None:
        """Begin.

        Parameters
        ----------
        folder, out : str
            Of the scans, and of what is written.
        model : str or None
            Path of the model; None for the automatic choice.
        keep : bool
            Don't search again for poses that are there already, of the same scans and by the same model.

        Raises
        ------
        InputError
            If there is no scan, or the output folder can't be written to.
        """
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
        self._jobs, self.problem = {}, ""
        self._states = {one.id: state_of(one.path, model) for one in specimens}
        self._kept = kept_poses(self._out, self._states) if keep else {}
        self.outcomes = list(self._kept.values())
        for specimen in specimens:
            if specimen.id not in self._kept:
                self._jobs[specimen.id] = self._board.ask(self._request(specimen, model), self._heard)
        self._write()
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
            self._write()
        self.changed()

    def _request(self, specimen: Specimen, model: str | None) -> Orient:
        return Orient(scan=specimen.path, model=model, out=transform_of(self._out, specimen.id))

    def _write(self) -> None:
        order = list(self._states)
        try:
            write_poses(self._out, sorted(self.outcomes, key=lambda one: order.index(one.name)), self._states)
            self.problem = ""
        except (InputError, OSError) as error:
            self.problem = sentence(error)


def _outcome(name: str, job: Job) -> Outcome:
    if job.state == "done":
        return outcome_of(name, job.value, job.value.get("left_right") == "verified")
    return failure(name, job.state, job.message or tr("Stopped."), "\n".join(job.last_lines))


def check_writable(folder: Path) -> None:
    """Make the folder where it isn't there; refuse one that can't be written to."""
    if not can_write(folder):
        raise InputError(folder, tr("folder"), tr("read-only"), tr("choose one that you may write to"))
