"""A job on volumes of the scene: handed to the child, followed, and taken back if they are as they were."""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from craniomark.desktop.background import Background
from craniomark.desktop.board import JobBoard
from craniomark.desktop.handover import Handover, SurfaceHandover
from craniomark.desktop.words import sentence, tr
from craniomark.flows.jobs import Job
from craniomark.flows.jobs.job import left_words
from craniomark.flows.jobs.requests import Request
from craniomark.ground.checks import InputError
from craniomark.mrml import Node
from craniomark.mrml.nodes import name_of

VOLUME = "vtkMRMLScalarVolumeNode"
Handed = Handover | SurfaceHandover
Found = TypeVar("Found")


@dataclass
class Work:
    """Volumes that are being worked on: their nodes, names and files in a folder, and what is asked."""

    volumes: tuple[str, ...]
    names: tuple[str, ...]
    handed: tuple[Handed, ...]
    folder: Path
    request: Request
    job: Job | None = None


class VolumeWork:
    """Does one job at a time.

    A subclass says how it is told of (`_line`, `_steps_told`, `_stopped`) and what becomes of the outcome
    (`_take`).

    Parameters
    ----------
    board : JobBoard
        Does the work.
    scene_of : callable
        Gives the scene.
    ensure : callable
        Called before work begins, to install what is missing.
    """

    def __init__(
        self, board: JobBoard, scene_of: Callable[[], Any], ensure: Callable[[], None] = lambda: None
    ) -> None:
        self._board, self._scene_of, self.ensure = board, scene_of, ensure
        self.changed: Callable[[], None] = lambda: None
        self.told: Callable[[str, str], None] = lambda _kind, _words: None
        """Given how it ended: ``note``, ``doubt`` or ``fault``, and a sentence."""
        self._work: Work | None = None
        self._reading = Background(board)

    @property
    def busy(self) -> bool:
        """Whether volumes are being worked on."""
        return self._work is not None

    @property
    def fraction(self) -> float:
        """Of the work, 0 to 1."""
        return self._work.job.fraction if self._work is not None and self._work.job else 0.0

    @property
    def status(self) -> str:
        """A line on what it is at; empty when it is at nothing."""
        work = self._work
        if work is None:
            return ""
        steps = {"waiting": tr("waiting for another job"), "cancelling": tr("stopping")}
        if work.job is None:
            return self._line(work, self._steps_told()["hand over"], "")
        job = work.job
        what = steps.get(job.state, self._steps_told().get(job.step, job.step))
        return self._line(work, what, left_words(job.seconds_left))

    def cancel(self) -> None:
        """Stop; the volumes stay as they are."""
        self._reading.cancel()
        work = self._work
        if work is None:
            return
        for one in work.handed:
            one.give_up()
        if work.job is not None and not work.job.ended:
            self._board.cancel(work.job)
        else:
            self._over("note", self._stopped())
        self.changed()

    def _line(self, work: Work, what: str, left: str) -> str:
        """Told while it is at something."""
        raise NotImplementedError

    def _steps_told(self) -> Mapping[str, str]:
        """The job's steps for a reader, and ``hand over``; others are told as they are."""
        raise NotImplementedError

    def _stopped(self) -> str:
        """Told after Cancel."""
        raise NotImplementedError

    def _take(self, work: Work, job: Job) -> None:
        """Use the outcome and end with `_over`; an error that it raises is told."""
        raise NotImplementedError

    def _begin(
        self,
        nodes: Sequence[Node],
        hand: Callable[[Path], tuple[Handed, ...]],
        ask: Callable[[Path, tuple[Path, ...]], Request],
    ) -> None:
        """Hand nodes over into a new folder, then ask for what `ask` makes of it and their files."""
        folder = Path(tempfile.mkdtemp(prefix="craniomark-work-"))
        try:
            handed = hand(folder)
        except (InputError, OSError):
            shutil.rmtree(folder, ignore_errors=True)
            raise
        identities, names = tuple(n.GetID() for n in nodes), tuple(name_of(n) for n in nodes)
        request = ask(folder, tuple(one.path for one in handed))
        self._work = Work(identities, names, handed, folder, request)
        self._board.follow(self._follow_handover)
        self.changed()

    def _read(self, work: Work, read: Callable[[], Found], then: Callable[[Found], object]) -> None:
        """Read what the job wrote, by a thread, and go on with it; what can't be read is told."""

        def use(found: Found) -> None:
            if work is self._work:
                then(found)

        def hear() -> None:
            outcome, self._reading.outcome = self._reading.outcome, None
            if outcome is not None and work is self._work:
                self._over("fault", outcome.message)

        self._reading.changed = hear
        self._reading.do("", read, use)

    def _nodes(self, work: Work) -> list[Node]:
        """The volumes, as they were when they were handed over."""
        found = []
        for identity, name, handed in zip(work.volumes, work.names, work.handed, strict=True):
            node = self._scene_of().GetNodeByID(identity)
            if node is None:
                value = tr("deleted while it was worked on")
                raise InputError(name, tr("volume"), value, tr("load it again; nothing else was changed"))
            handed.check(node)
            found.append(node)
        return found

    def _follow_handover(self) -> bool:
        work = self._work
        if work is None or work.job is not None:
            return True
        if not all(one.done for one in work.handed):
            return False
        try:
            self._nodes(work)
        except (InputError, OSError, ValueError) as error:
            self._over("fault", sentence(error))
            return True
        work.job = self._board.ask(work.request, self._heard)
        self.changed()
        return True

    def _heard(self, job: Job) -> None:
        work = self._work
        if work is None or job is not work.job:
            return
        if not job.ended:
            self.changed()
        elif job.state == "cancelled":
            self._over("note", self._stopped())
        elif job.state == "done":
            try:
                self._take(work, job)
            except (InputError, OSError, ValueError, KeyError) as error:
                self._over("fault", sentence(error))
        else:
            self._over("fault", _fault(work, job))

    def _over(self, kind: str, words: str) -> None:
        if self._work is not None:
            shutil.rmtree(self._work.folder, ignore_errors=True)
        self._work = None
        self.told(kind, words)
        self.changed()


def _fault(work: Work, job: Job) -> str:
    """The job's sentence, with volumes by their names; what was missing is looked for anew next time."""
    if job.missing:
        from craniomark.desktop.requirements import forget

        forget()
    told = job.message
    for handed, name in zip(work.handed, work.names, strict=True):
        told = told.replace(str(handed.path), name)
    return told
