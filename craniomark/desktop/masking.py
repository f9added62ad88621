"""What the section Bone mask thinks: a volume handed over, and its mask as a label map beside it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from craniomark.desktop.board import JobBoard
from craniomark.desktop.handover import Handover
from craniomark.desktop.volume_work import VOLUME, VolumeWork, Work
from craniomark.desktop.words import tr
from craniomark.flows.jobs import Job, Segment
from craniomark.ground.checks import InputError
from craniomark.ground.volumes import Volume, read_volume
from craniomark.mrml import Node, add_labels
from craniomark.mrml.nodes import checked


class MaskPresenter(VolumeWork):
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
        super().__init__(board, scene_of, ensure)
        self.shown: Callable[[Node, Node], None] = lambda _volume, _mask: None
        """Given the volume and its mask, once that is there."""
        self._mask = ""

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
        self._begin(
            (volume,),
            lambda to: (Handover(volume, to / "scan.nrrd", own=True),),
            lambda to, files: Segment(scan=files[0], out=to / "mask.nrrd", model=model),
        )

    def scene_closed(self) -> None:
        """The scene is gone."""
        self._mask = ""
        self.cancel()

    def _line(self, work: Work, what: str, left: str) -> str:
        return tr("Bone mask of {name}: {what}{left}").format(name=work.names[0], what=what, left=left)

    def _steps_told(self) -> Mapping[str, str]:
        return {
            "hand over": tr("handing over the volume"), "": tr("starting"), "read": tr("reading the scan"),
            "load the model": tr("loading the model"), "look over": tr("looking at its brightness"),
            "segment": tr("marking bone"), "write": tr("writing the result"),
        }  # fmt: skip

    def _stopped(self) -> str:
        return tr("Stopped; no mask was made.")

    def _take(self, work: Work, job: Job) -> None:
        self._read(work, lambda: read_volume(job.files["mask"]), lambda mask: self._add(work, job, mask))

    def _add(self, work: Work, job: Job, mask: Volume) -> None:
        volume = self._nodes(work)[0]
        node = add_labels(self._scene_of(), mask, tr("{name} bone").format(name=work.names[0]))
        node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
        self._mask = node.GetID()
        self.shown(volume, node)
        self._over("note", job.message)
