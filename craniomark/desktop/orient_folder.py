"""Scans of a folder oriented: a transform of each, and a table of all; what was done before is kept."""

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from craniomark.desktop.board import JobBoard
from craniomark.desktop.outcomes import Outcome, failure, outcome_of, summary
from craniomark.desktop.poses_file import ScanState, kept_poses, transform_of, write_poses
from craniomark.desktop.scan_list import ListedScan, ScanList
from craniomark.desktop.words import sentence, step_words, tr
from craniomark.flows.jobs import Job, Orient
from craniomark.ground.checks import InputError, can_write


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
        self._list = ScanList(board)
        self._left: deque[ListedScan] = deque()
        self._job: Job | None = None
        self._at = ""
        self._kept = 0
        self._states: dict[str, ScanState] = {}
        self._model: str | None = None
        self._out = Path()

    @property
    def busy(self) -> bool:
        """Whether scans are left."""
        return self._list.busy or self._job is not None

    @property
    def status(self) -> str:
        """A line on what it is at."""
        if self._job is None:
            return self._list.status
        if not self._job.at_work:
            return tr("Waiting for another job.")
        return tr("{name} ({number} of {count}): {what}").format(
            name=self._at,
            number=len(self.outcomes) + 1,
            count=len(self._states),
            what=step_words(self._job.step),
        )

    @property
    def fraction(self) -> float:
        """Of all scans, 0 to 1."""
        at_work = self._job.fraction if self._job else 0.0
        return (len(self.outcomes) + at_work) / len(self._states) if self._states else 0.0

    def summary(self) -> tuple[str, str]:
        """Kind and sentence on how it ended."""
        kind, words = summary(self.outcomes)
        if self._kept:
            words += " " + tr("{count} were there before.").format(count=self._kept)
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
            If something is not chosen, or the output folder can't be written to.
        """
        if self.busy:
            return
        for path, what in ((folder, tr("Folder of scans")), (out, tr("Output folder"))):
            if not path.strip():
                raise InputError(what, tr("selection"), tr("none"), tr("choose a folder"))
        if model and not Path(model).exists():
            raise InputError(model, tr("model"), tr("missing"), tr("choose another model"))
        self._out, self._model = Path(out), model
        check_writable(self._out)
        self.ensure()
        self.problem, self._states, self._kept = "", {}, 0
        self._list.ask(Path(folder), lambda scans: self._begin(scans, keep), self._not_begun)
        self.changed()

    def cancel(self) -> None:
        """Stop; transforms that were written stay."""
        self._list.cancel()
        self.outcomes += [failure(scan.id, "cancelled", tr("Stopped.")) for scan in self._left]
        self._left.clear()
        if self._job is not None:
            self._board.cancel(self._job)
        self.changed()

    def _begin(self, scans: Sequence[ListedScan], keep: bool) -> None:
        self._states = {one.id: ScanState(one.bytes, one.modified, self._model or "") for one in scans}
        kept = kept_poses(self._out, self._states) if keep else {}
        self.outcomes, self._kept = list(kept.values()), len(kept)
        self._left = deque(one for one in scans if one.id not in kept)
        self._write()
        self._next()

    def _not_begun(self, outcome: Outcome) -> None:
        self.outcomes = [outcome]
        self.changed()

    def _next(self) -> None:
        """Ask for the next scan; one at a time, so that thousands wait here and not in the child's queue."""
        self._job = None
        if self._left:
            scan = self._left.popleft()
            self._at = scan.id
            request = Orient(scan=Path(scan.path), model=self._model, out=transform_of(self._out, scan.id))
            self._job = self._board.ask(request, self._heard)
        self.changed()

    def _heard(self, job: Job) -> None:
        if job is self._job and job.ended:
            self.outcomes.append(_outcome(self._at, job))
            self._write()
            self._next()
        self.changed()

    def _write(self) -> None:
        place = {name: number for number, name in enumerate(self._states)}
        try:
            write_poses(self._out, sorted(self.outcomes, key=lambda one: place[one.name]), self._states)
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
