"""What the section Bone mask thinks: a volume handed over, and its mask as a label map beside it."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.desktop.background import Background
from craniomark.desktop.board import JobBoard
from craniomark.desktop.handover import Handover
from craniomark.desktop.words import sentence, tr
from craniomark.flows.jobs import Job, Segment
from craniomark.flows.jobs.job import left_words
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume
from craniomark.mrml import Node, add_labels
from craniomark.mrml.nodes import checked, name_of

VOLUME = "vtkMRMLScalarVolumeNode"


@dataclass
class _Work:
    """A volume whose mask is being made."""

    volume: str
    name: str
    handed: Handover
    folder: Path
    model: str | None
    job: Job | None = None


class MaskPresenter:
    """Makes bone masks.

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
        """Given how it ended: ``note`` or ``fault``, and a sentence."""
        self.shown: Callable[[Node, Node], None] = lambda _volume, _mask: None
        """Given the volume and its mask, once that is there."""
        self._work: _Work | None = None
        self._reading = Background(board)
        self._mask = ""

    @property
    def busy(self) -> bool:
        """Whether a mask is being made."""
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
        what, left = tr("handing over the volume"), ""
        if work.job is not None:
            what, left = told.get(work.job.state, _words(work.job.step)), left_words(work.job.seconds_left)
        return tr("Bone mask of {name}: {what}{left}").format(name=work.name, what=what, left=left)

    @property
    def mask(self) -> Node | None:
        """The mask that was made last, while it is in the scene."""
        return self._scene_of().GetNodeByID(self._mask) if self._mask else None

    def make(self, volume: Node | None, model: str | None) -> None:
        """Begin.

        Parameters
        ----------
        volume : vtkMRMLScalarVolumeNode
            It stays as it is.
        model : str or None
            Path of the model whose network is used; None for the automatic choice.

        Raises
        ------
        InputError
            If there is no volume, the model is gone, or packages are missing and were not installed.
        """
        if self.busy:
            return
        volume = checked(volume, VOLUME, tr("volume"))
        if model and not Path(model).exists():
            raise InputError(model, tr("model"), tr("missing"), tr("choose another model"))
        self.ensure()
        folder = Path(tempfile.mkdtemp(prefix="craniomark-mask-"))
        try:
            handed = Handover(volume, folder / "scan.nrrd", own=True)
        except (InputError, OSError):
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._work = _Work(volume.GetID(), name_of(volume), handed, folder, model)
        self._board.follow(self._follow_handover)
        self.changed()

    def cancel(self) -> None:
        """Stop; nothing is made."""
        work = self._work
        if work is None:
            return
        work.handed.give_up()
        if work.job is not None and not work.job.ended:
            self._board.cancel(work.job)
        else:
            self._reading.cancel()
            self._over("note", tr("Stopped; no mask was made."))
        self.changed()

    def scene_closed(self) -> None:
        """The scene is gone."""
        self._mask = ""
        self.cancel()

    def _follow_handover(self) -> bool:
        work = self._work
        if work is None or work.job is not None:
            return True
        if not work.handed.done:
            return False
        try:
            self._node(work)
        except (InputError, OSError, ValueError) as error:
            self._over("fault", sentence(error))
            return True
        request = Segment(scan=work.handed.path, out=work.folder / "mask.nrrd", model=work.model)
        work.job = self._board.ask(request, self._heard)
        self.changed()
        return True

    def _node(self, work: _Work) -> Node:
        """The volume, as it was when it was handed over."""
        node = self._scene_of().GetNodeByID(work.volume)
        if node is None:
            value = tr("deleted while it was worked on")
            raise InputError(work.name, tr("volume"), value, tr("load it again; nothing else was changed"))
        work.handed.check(node)
        return node

    def _heard(self, job: Job) -> None:
        work = self._work
        if work is None or job is not work.job:
            return
        if not job.ended:
            self.changed()
        elif job.state == "done":
            self._reading.changed = lambda: self._read(work)
            self._reading.do("", lambda: read_volume(job.files["mask"]), lambda mask: self._add(work, mask))
        elif job.state == "cancelled":
            self._over("note", tr("Stopped; no mask was made."))
        else:
            if job.missing:
                from craniomark.desktop.requirements import forget

                forget()
            self._over("fault", job.message.replace(str(work.handed.path), work.name))

    def _read(self, work: _Work) -> None:
        """Tell where the mask could not be read or shown."""
        outcome, self._reading.outcome = self._reading.outcome, None
        if outcome is not None and work is self._work:
            self._over("fault", outcome.message)

    def _add(self, work: _Work, mask: Volume) -> None:
        if work is not self._work or work.job is None:
            return
        volume = self._node(work)
        node = add_labels(self._scene_of(), mask, tr("{name} bone").format(name=work.name))
        node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
        self._mask = node.GetID()
        self.shown(volume, node)
        self._over("note", work.job.message)

    def _over(self, kind: str, words: str) -> None:
        if self._work is not None:
            shutil.rmtree(self._work.folder, ignore_errors=True)
        self._work = None
        self.told(kind, words)
        self.changed()


def _words(step: str) -> str:
    """What it is at, for a reader; steps that are not known are told as they are."""
    return {
        "": tr("starting"), "read": tr("reading the scan"), "load the model": tr("loading the model"),
        "look over": tr("looking at its brightness"), "segment": tr("marking bone"),
        "write": tr("writing the result"),
    }.get(step, step)  # fmt: skip
