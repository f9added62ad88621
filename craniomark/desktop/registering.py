"""What the section Register thinks: two volumes handed over, the moving one moved, shown before and after."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from craniomark.desktop import poses
from craniomark.desktop.board import JobBoard
from craniomark.desktop.handover import Handover
from craniomark.desktop.registered import Registered, apply_field, apply_linear, read_field
from craniomark.desktop.volume_work import VOLUME, VolumeWork, Work
from craniomark.desktop.words import tr
from craniomark.flows.jobs import Job, Register
from craniomark.ground.checks import InputError
from craniomark.mrml import Node
from craniomark.mrml.nodes import checked, name_of

METHODS = ("rigid", "similarity", "affine", "hyreg")
"""Those that the panel offers."""


class RegisterPresenter(VolumeWork):
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
        super().__init__(board, scene_of, ensure)
        self._steps = steps
        self.shown: Callable[[Node, Node], None] = lambda _fixed, _moving: None
        """Given both volumes once the moving one is moved."""
        self.load: Callable[[Path, str], None] = lambda _path, _name: None
        """Loads the volume that was resampled, under a name."""
        self.share = 1.0
        """What the slider shows: 0 before, 1 after."""
        self._resample = False
        self._registered: tuple[Registered, int] | None = None

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
        self._resample = resample
        self._begin(
            (fixed, moving),
            lambda to: (Handover(fixed, to / "fixed.nrrd"), Handover(moving, to / "moving.nrrd")),
            lambda to, files: Register(
                fixed=files[0], moving=files[1], out=to / "out", method=method, model=model
            ),
        )

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

    def _line(self, work: Work, what: str, left: str) -> str:
        return tr("{moving} onto {fixed}: {what}{left}").format(
            moving=work.names[1], fixed=work.names[0], what=what, left=left
        )

    def _steps_told(self) -> Mapping[str, str]:
        return {
            "hand over": tr("handing over the volumes"), "": tr("starting"),
            "read": tr("reading the volumes"), "start": tr("looking at the given pose"),
            "search": tr("searching the pose"), "network": tr("asking the network"),
            "refine": tr("refining"), "optimise": tr("bending"), "write": tr("writing the result"),
        }  # fmt: skip

    def _stopped(self) -> str:
        return tr("Stopped; nothing was moved.")

    def _take(self, work: Work, job: Job) -> None:
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
        if self._resample:
            self.load(job.files["warped"], tr("{name} registered").format(name=work.names[1]))
        self.shown(fixed, moving)
        kind = {"good": "note", "doubtful": "doubt"}.get(str(job.value["verdict"]), "fault")
        self._over(kind, job.message)
