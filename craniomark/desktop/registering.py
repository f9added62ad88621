"""What the section Register thinks: two volumes handed over, the moving one moved, shown before and after."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from craniomark.desktop import poses
from craniomark.desktop.board import JobBoard
from craniomark.desktop.handover import Handover
from craniomark.desktop.registered import Registered, apply_field, apply_linear, read_field
from craniomark.desktop.words import sentence, tr
from craniomark.flows.jobs import Job, Register
from craniomark.flows.jobs.job import left_words
from craniomark.ground.checks import InputError
from craniomark.mrml import Node
from craniomark.mrml.nodes import checked, name_of

VOLUME = "vtkMRMLScalarVolumeNode"
METHODS = ("rigid", "similarity", "affine", "hyreg")
"""Those that the panel offers."""


@dataclass
class _Work:
    """Two volumes that are being registered."""

    volumes: tuple[str, str]
    names: tuple[str, str]
    handed: tuple[Handover, Handover]
    folder: Path
    request: Register
    resample: bool
    job: Job | None = None


class RegisterPresenter:
    """Brings one volume onto another.

    Parameters
    ----------
    board : JobBoard
        Does the work.
    scene_of : callable
        Gives the scene.
    steps : Steps
        Where a registration can be undone.
    ensure : callable
        Called before work begins, to install what is missing.
    """

    def __init__(
        self,
        board: JobBoard,
        scene_of: Callable[[], Any],
        steps: poses.Steps,
        ensure: Callable[[], None] = lambda: None,
    ) -> None:
        self._board, self._scene_of, self._steps, self.ensure = board, scene_of, steps, ensure
        self.changed: Callable[[], None] = lambda: None
        self.told: Callable[[str, str], None] = lambda _kind, _words: None
        """Given how it ended: ``note``, ``doubt`` or ``fault``, and a sentence."""
        self.shown: Callable[[Node, Node], None] = lambda _fixed, _moving: None
        """Given both volumes once the moving one is moved."""
        self.load: Callable[[Path, str], None] = lambda _path, _name: None
        """Loads the volume that was resampled, under a name."""
        self.share = 1.0
        """What the slider shows: 0 before, 1 after."""
        self._work: _Work | None = None
        self._registered: tuple[Registered, int] | None = None

    @property
    def busy(self) -> bool:
        """Whether volumes are being registered."""
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
        told = {"waiting": tr("waiting for another job"), "cancelling": tr("stopping")}
        what, left = tr("handing over the volumes"), ""
        if work.job is not None:
            what, left = told.get(work.job.state, _words(work.job.step)), left_words(work.job.seconds_left)
        return tr("{moving} onto {fixed}: {what}{left}").format(
            moving=work.names[1], fixed=work.names[0], what=what, left=left
        )

    def register(
        self, fixed: Node | None, moving: Node | None, method: str, model: str | None, resample: bool
    ) -> None:
        """Begin.

        Parameters
        ----------
        fixed, moving : vtkMRMLScalarVolumeNode
            Other volumes; the first stays where it is.
        method : str
            One of `METHODS`.
        model : str or None
            Path of the model whose networks are used; None for the automatic choice.
        resample : bool
            Load the moved image on the fixed one's grid as a new volume, too.

        Raises
        ------
        InputError
            If a volume is missing or both are the same, or packages are missing and were not installed.
        """
        if self.busy:
            return
        fixed, moving = checked(fixed, VOLUME, tr("fixed volume")), checked(moving, VOLUME, tr("volume"))
        names = name_of(fixed), name_of(moving)
        if fixed.GetID() == moving.GetID():
            raise InputError(names[0], tr("fixed volume"), tr("the moving one"), tr("choose another volume"))
        self.ensure()
        folder = Path(tempfile.mkdtemp(prefix="craniomark-register-"))
        try:
            handed = Handover(fixed, folder / "fixed.nrrd"), Handover(moving, folder / "moving.nrrd")
        except (InputError, OSError):
            shutil.rmtree(folder, ignore_errors=True)
            raise
        request = Register(
            fixed=handed[0].path, moving=handed[1].path, out=folder / "out", method=method, model=model
        )
        self._work = _Work((fixed.GetID(), moving.GetID()), names, handed, folder, request, resample)
        self._board.follow(self._follow_handover)
        self.changed()

    def cancel(self) -> None:
        """Stop; the volumes stay as they are."""
        work = self._work
        if work is None:
            return
        for one in work.handed:
            one.give_up()
        if work.job is not None:
            self._board.cancel(work.job)
        else:
            self._over("note", tr("Stopped; nothing was moved."))
        self.changed()

    def scene_closed(self) -> None:
        """The scene is gone."""
        self._registered = None
        self.cancel()

    @property
    def slidable(self) -> bool:
        """Whether the last registration is the last step still, so that before and after can be shown."""
        return self._live() is not None

    def slide(self, share: float) -> None:
        """Show the moving volume between before, 0, and after, 1."""
        live = self._live()
        if live is not None:
            self.share = min(max(share, 0.0), 1.0)
            live[0].slide(live[1], self.share)

    def _live(self) -> tuple[Registered, Node] | None:
        """The last registration and its volume, while that stands as it was put."""
        if self._registered is None or self._registered[1] != len(self._steps):
            return None
        registered = self._registered[0]
        volume = self._scene_of().GetNodeByID(registered.volume)
        if volume is None or volume.GetTransformNodeID() != registered.parent:
            return None
        return registered, volume

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

    def _nodes(self, work: _Work) -> tuple[Node, Node]:
        """Both volumes, as they were when they were handed over."""
        found = []
        for identity, name, handed in zip(work.volumes, work.names, work.handed, strict=True):
            node = self._scene_of().GetNodeByID(identity)
            if node is None:
                value = tr("deleted while it was worked on")
                raise InputError(name, tr("volume"), value, tr("load it again; nothing else was changed"))
            handed.check(node)
            found.append(node)
        return found[0], found[1]

    def _heard(self, job: Job) -> None:
        work = self._work
        if work is None or job is not work.job:
            return
        if not job.ended:
            self.changed()
            return
        if job.state == "cancelled":
            self._over("note", tr("Stopped; nothing was moved."))
            return
        if job.state != "done":
            if job.missing:
                from craniomark.desktop.requirements import forget

                forget()
            told = job.message
            for handed, name in zip(work.handed, work.names, strict=True):
                told = told.replace(str(handed.path), name)
            self._over("fault", told)
            return
        try:
            self._apply(work, job)
        except (InputError, OSError, ValueError, KeyError) as error:
            self._over("fault", sentence(error))
            return
        kind = {"good": "note", "doubtful": "doubt"}.get(str(job.value["verdict"]), "fault")
        self._over(kind, job.message)

    def _apply(self, work: _Work, job: Job) -> None:
        fixed, moving = self._nodes(work)
        self._steps.keep(poses.before(moving, tr("Register")))
        try:
            matrix = job.value["matrix"]
            done = apply_field(moving, read_field(job.files["field"])) if matrix is None else (
                apply_linear(moving, np.array(matrix)))  # fmt: skip
        except BaseException:
            self._steps.drop()
            raise
        self._registered, self.share = (done, len(self._steps)), 1.0
        if work.resample:
            self.load(job.files["warped"], tr("{name} registered").format(name=work.names[1]))
        self.shown(fixed, moving)

    def _over(self, kind: str, words: str) -> None:
        if self._work is not None:
            shutil.rmtree(self._work.folder, ignore_errors=True)
        self._work = None
        self.told(kind, words)
        self.changed()


def _words(step: str) -> str:
    """What it is at, for a reader; steps that are not known are told as they are."""
    return {
        "": tr("starting"), "read": tr("reading the volumes"), "start": tr("looking at the given pose"),
        "search": tr("searching the pose"), "network": tr("asking the network"), "refine": tr("refining"),
        "optimise": tr("bending"), "write": tr("writing the result"),
    }.get(step, step)  # fmt: skip
