"""A predictor that knows the answer but for 0.2 mm."""

import numpy as np

from craniomark.flows.pipeline.prediction import Prediction, Progress
from craniomark.flows.pipeline.record import ModelIdentity
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import Annotation, LandmarkSet
from craniomark.ground.specimens import Specimen, read_truth
from craniomark.ground.volumes import Volume
from craniomark.tasks.orient import Orientation


class TruthTeller:
    """Predicts the truth shifted by 0.2 mm, or refuses."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses

    def identity(self, _name: str | None) -> ModelIdentity | None:
        """Return one and the same model."""
        return ModelIdentity("phantom", "1.2")

    def predict(
        self, specimen: Specimen, _volume: Volume, _progress: Progress
    ) -> tuple[Prediction, ModelIdentity]:
        """Return the truth, moved."""
        if specimen.id == self.refuses:
            raise InputError(specimen.path, "content", "no skull that was found", "look at it")
        truth = read_truth(specimen)
        notes = {label: Annotation(error90_mm=0.5, flag="ok", status="refined") for label in truth.labels}
        found = LandmarkSet(truth.labels, truth.points + np.array([0.2, 0, 0]), notes)
        pose = Orientation(np.eye(4), 1.0, 0.9, "good", 0.0)
        return Prediction(found, pose, np.eye(4)), ModelIdentity("phantom", "1.2")
