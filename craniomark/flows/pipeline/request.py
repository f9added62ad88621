"""What one run was asked to do, the same for all its specimens."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from craniomark.flows.pipeline.prediction import Options, Prediction, Progress
from craniomark.flows.pipeline.record import ModelIdentity
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen
from craniomark.ground.volumes import Volume


class RunError(InputError):
    """Bad input that concerns the run and not one specimen: the model, the atlases or the device."""


@dataclass(frozen=True)
class Request:
    """Choices of a run.

    Attributes
    ----------
    out : Path
        Output folder.
    options : Options
        Choices of each prediction.
    model : str or None
        Name or path of the bundle; None takes the only one that fits.
    atlases : Path or None
        Folder of atlases.
    spacing : tuple of float or None
        Voxel size that the files do not tell, in `unit`.
    unit : {"mm", "um"}
        Unit of `spacing` and of files that name none.
    resume : bool
        Keep results that are still valid.
    mask : bool
        Write the bone mask of each scan, too.
    """

    out: Path
    options: Options = field(default_factory=Options)
    model: str | None = None
    atlases: Path | None = None
    spacing: tuple[float, float, float] | None = None
    unit: Literal["mm", "um"] = "mm"
    resume: bool = False
    mask: bool = False

    def absolute(self) -> "Request":
        """The same with absolute paths, for workers that may run in another folder."""
        model = self.model
        if model and Path(model).exists():
            model = str(Path(model).absolute())
        atlases = self.atlases.absolute() if self.atlases else None
        return replace(self, out=self.out.absolute(), model=model, atlases=atlases)

    def told(self) -> dict[str, Any]:
        """The choices that change a result, for ID.json."""
        return {
            "model": self.model,
            "orient": self.options.orient,
            "refine": self.options.refine,
            "mirror": self.options.mirror,
            "atlases": str(self.atlases.absolute()) if self.atlases else None,
            "spacing": list(self.spacing) if self.spacing else None,
            "unit": self.unit,
            **({"mask": True} if self.mask else {}),
        }


class Predictor(Protocol):
    """What answers: keeps its models loaded from one specimen to the next."""

    def identity(self, name: str | None) -> ModelIdentity | None:
        """The model of that name as it is now; None if there is none."""

    def predict(
        self, specimen: Specimen, volume: Volume, progress: Progress
    ) -> tuple[Prediction, ModelIdentity]:
        """Predict, or raise InputError if no model fits or nothing is found."""


PredictorMaker = Callable[[], Predictor]
"""Makes a predictor inside a worker process, so it must be picklable."""
