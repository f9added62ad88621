"""The shape of a skull of the scene, by a shape model: its surface, with uncertainty, and its landmarks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.desktop.board import JobBoard
from craniomark.desktop.handover import handed_over
from craniomark.desktop.heat_view import DOUBT
from craniomark.desktop.volume_work import VOLUME, VolumeWork, Work
from craniomark.desktop.words import tr
from craniomark.flows.jobs import Job, ShapePredict
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, read_landmarks
from craniomark.ground.meshes import Surface, read_surface
from craniomark.mrml import Node, add_landmarks, add_surface
from craniomark.mrml.models import MODEL
from craniomark.mrml.nodes import checked

ID = "skull"


@dataclass(frozen=True, eq=False)
class Predicted:
    """What a prediction wrote, in the frame of the skull's node, LPS mm."""

    surface: Surface
    landmarks: LandmarkSet | None


class ShapePredicting(VolumeWork):
    """Predicts one shape at a time; the skull stays as it is.

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
        self.shown: Callable[[Node], None] = lambda _surface: None
        """Given the predicted surface, once it is there."""

    def predict(self, skull: Node | None, model: str) -> None:
        """Begin.

        Parameters
        ----------
        skull : vtkMRMLScalarVolumeNode or vtkMRMLModelNode
            In any pose.
        model : str
            Path of a shape model's bundle.

        Raises
        ------
        InputError
            If there is no skull or no model, or packages are missing and were not installed.
        """
        if self.busy:
            return
        kind = MODEL if skull is not None and skull.IsA(MODEL) else VOLUME
        skull = checked(skull, kind, tr("skull"))
        if not model:
            value, remedy = tr("none"), tr("choose one of the list, or the folder of one")
            raise InputError(tr("Predict a shape"), tr("shape model"), value, remedy)
        if not Path(model).exists():
            raise InputError(model, tr("model"), tr("missing"), tr("choose another model"))
        self.ensure()
        self._begin(
            (skull,),
            lambda to: (handed_over(skull, to, ID),),
            lambda to, files: ShapePredict(inputs=files, out=to / "out", model=model),
        )

    def _line(self, work: Work, what: str, left: str) -> str:
        return tr("Shape of {name}: {what}{left}").format(name=work.names[0], what=what, left=left)

    def _steps_told(self) -> Mapping[str, str]:
        return {
            "hand over": tr("handing over the skull"), "": tr("starting"),
            "load the model": tr("loading the model"), "predict": tr("predicting"),
        }  # fmt: skip

    def _stopped(self) -> str:
        return tr("Stopped; no shape was made.")

    def _take(self, work: Work, job: Job) -> None:
        mesh = job.files[ID]

        def read() -> Predicted:
            marks = mesh.with_suffix(".mrk.json")
            return Predicted(read_surface(mesh), read_landmarks(marks) if marks.exists() else None)

        self._read(work, read, lambda found: self._add(work, found))

    def _add(self, work: Work, found: Predicted) -> None:
        skull, name = self._nodes(work)[0], work.names[0]
        parent = skull.GetTransformNodeID()
        surface = add_surface(self._scene_of(), found.surface, tr("{name} shape").format(name=name))
        surface.SetAndObserveTransformNodeID(parent)
        if found.landmarks is not None:
            title = tr("{name} shape landmarks").format(name=name)
            marks = add_landmarks(self._scene_of(), found.landmarks, title)
            marks.SetAndObserveTransformNodeID(parent)
        self.shown(surface)
        self._over("note", _told(name, found))


def _told(name: str, found: Predicted) -> str:
    bounds = found.surface.scalars.get(DOUBT)
    if bounds is None:
        return tr("{name}: its shape was predicted; this model tells no uncertainty.").format(name=name)
    told = tr("{name}: its shape was predicted; nine of ten places are off by less than {mm:.2f} mm.")
    return told.format(name=name, mm=float(bounds.mean()))
