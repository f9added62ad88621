"""The scans of a folder, looked up by the child: it may hold thousands, or lie on a slow disk."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from craniomark.desktop.board import JobBoard
from craniomark.desktop.outcomes import Outcome, failure
from craniomark.desktop.words import tr
from craniomark.flows.jobs import Job, ListScans


class ListedScan(NamedTuple):
    """A scan of a folder.

    Attributes
    ----------
    id : str
        Of the specimen.
    path : str
        File, or folder of slices.
    bytes, modified : int
        Size, and when it was changed last, ns since 1970.
    """

    id: str
    path: str
    bytes: int
    modified: int


class ScanList:
    """Asks which scans a folder holds.

    Parameters
    ----------
    board : JobBoard
        Does the work.
    """

    def __init__(self, board: JobBoard) -> None:
        self._board = board
        self._job: Job | None = None
        self._folder, self._stopped = Path(), False

    @property
    def status(self) -> str:
        """A line on what it is at."""
        if self._job is None:
            return ""
        if self._job.state == "waiting":
            return tr("Waiting for another job.")
        return tr("Looking for scans in {folder}").format(folder=self._folder)

    @property
    def busy(self) -> bool:
        """Whether the child is at it, or will be."""
        return self._job is not None

    def ask(
        self, folder: Path, then: Callable[[Sequence[ListedScan]], None], failed: Callable[[Outcome], None]
    ) -> None:
        """Begin.

        Parameters
        ----------
        folder : Path
            Where scans lie.
        then : callable
            Given the scans, of which there is at least one.
        failed : callable
            Given the end, where there are none, the folder can't be read, or it was stopped.
        """

        def heard(job: Job) -> None:
            if job is not self._job or not job.ended:
                return
            self._job = None
            if job.state == "done" and not self._stopped:  # it may have been done when it was stopped
                then([ListedScan(*one) for one in job.value["scans"]])
            else:
                stopped = self._stopped or job.state == "cancelled"
                how, told = ("cancelled", tr("Stopped.")) if stopped else (job.state, job.message)
                failed(failure(folder.name, how, told, "\n".join(job.last_lines)))

        self._folder, self._stopped = folder, False
        self._job = self._board.ask(ListScans(folder=folder), heard)

    def cancel(self) -> None:
        """Stop looking."""
        if self._job is not None:
            self._stopped = True
            self._board.cancel(self._job)
