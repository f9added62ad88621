"""Training of the networks that place landmarks in a whole skull: levels 0 and 1."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.flows.training.data import TrainingData
from craniomark.flows.training.registry import TaskEntry
from craniomark.flows.training.shown_points import points_picture
from craniomark.flows.training.task import Batch
from craniomark.parts.augment.pose import PoseRange
from craniomark.tasks.landmark.levels.grid import Grid
from craniomark.tasks.landmark.levels.network import LandmarkNetwork, NetworkSettings
from craniomark.tasks.landmark.levels.objective import Objective, ObjectiveSettings
from craniomark.tasks.landmark.levels.predict import predict
from craniomark.tasks.landmark.levels.rough import farthest_points, rough_network, rough_points
from craniomark.tasks.landmark.levels.samples import Samples, SampleSettings, kept_spacing
from craniomark.tasks.landmark.levels.validate import OFF, WORSE, figures, has_collapsed

Array = NDArray[np.float64]
_ANY = PoseRange(180.0, 0.1, 0.0, 3.0)


@dataclass(frozen=True)
class LandmarkChoice:
    """Which landmarks are learnt and how a failed training is known.

    Attributes
    ----------
    rough : int
        Number of landmarks, far apart, that are learnt in any rotation (level 0); 0 learns all of them in
        the template's frame (level 1).
    group_prior : bool
        Whether the network is told the group of a specimen, where it is known.
    poses : int
        Poses of each specimen in a validation.
    worse : float
        A network whose error is this many times that of the mean shape has collapsed.
    """

    rough: int = 0
    group_prior: bool = False
    poses: int = 2
    worse: float = WORSE

    def __post_init__(self) -> None:
        if self.rough < 0 or 0 < self.rough < 4:
            raise ValueError(f"rough is {self.rough}: give 0, or at least 4 landmarks")
        if self.poses < 1:
            raise ValueError(f"poses is {self.poses}: give at least 1")
        if not self.worse > 0:
            raise ValueError(f"worse is {self.worse}: give a number above 0")


class LandmarkTask:
    """A landmark network with its samples and its objective, as the training loop asks for them.

    Parameters
    ----------
    data : TrainingData
        Specimens in the template's frame.
    choice, model, samples, objective : settings
        What is learnt and how.
    """

    name = "landmark"

    def __init__(
        self, data: TrainingData, choice: LandmarkChoice, model: NetworkSettings, samples: SampleSettings,
        objective: ObjectiveSettings,
    ) -> None:  # fmt: skip
        mean = data.frame.mean
        everyone = tuple(range(len(mean)))
        self.choice = choice
        self.chosen = farthest_points(mean, min(choice.rough, len(mean))) if choice.rough else everyone
        self.labels = tuple(data.labels[i] for i in self.chosen)
        self.mean = mean[list(self.chosen)]
        known = sorted({data.groups[e.id] for e in data.training if data.groups.get(e.id)})
        self.groups = tuple(known) if choice.group_prior else ()
        self._settings = replace(model, groups=len(self.groups))
        self._shape = mean
        self.landmark_network = self._made()
        self.network: torch.nn.Module = self.landmark_network
        self._training = _narrowed(data.training, self.chosen)
        self._validation = _narrowed(data.validation, self.chosen)
        indices = [self.group_index(data.groups.get(e.id, "")) for e in data.training]
        settings = replace(samples, centred=bool(choice.rough))
        self._samples = Samples(self._training, self.landmark_network.grid, settings, indices)
        self._objective = Objective(objective, self.labels, self.mean)

    def group_index(self, name: str) -> int:
        """Index of a group by its name; 0 where it is unknown."""
        return self.groups.index(name) + 1 if name in self.groups else 0

    def batch(self, seed: int, step: int) -> Batch:
        """Samples of a step: a function of seed and step alone."""
        return Batch(*self._samples.draw(seed, step))

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:
        """Each term of the loss with its weight in it; their sum is minimised."""
        tensors, blend = batch.tensors, self._objective.settings.blend_at(step)
        located = self.network(tensors["images"], tensors["groups"], blend=blend)
        return self._objective(located, tensors["points"], batch.names)

    def counts(self, batch: Batch) -> dict[str, float]:
        """What the mean of each term is taken over in this batch."""
        return self._objective.counts(batch.tensors["points"], batch.names)

    def validate(self) -> dict[str, float]:
        """Errors from disturbed poses, mm; see `craniomark.tasks.landmark.levels.validate.figures`."""
        off = _ANY if self.choice.rough else OFF
        return figures(self.points_of, self._validation, self.mean, off, self.choice.poses)

    def points_of(self, image: Image) -> Array:
        """Landmarks, shape (L, 3) mm, of an image in about the template's frame, or in any at level 0."""
        return (
            rough_points(self.landmark_network, image)[0]
            if self.choice.rough
            else predict(self.landmark_network, image).points
        )

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        """Predicted and true points of a validation specimen."""
        example = self._validation[0]
        return {example.id: points_picture(example.image, self.points_of(example.image), example.points)}

    def collapsed(self, figures: Mapping[str, float]) -> bool:
        """Whether these figures are those of a network that has collapsed."""
        return has_collapsed(figures, self.choice.worse)

    def renew(self, seed: int) -> None:
        """Initialise the network anew, in place, as a function of the seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network.load_state_dict(self._made().state_dict())

    def _made(self) -> LandmarkNetwork:
        return landmark_network(self._settings, self._shape, self.chosen if self.choice.rough else None)


def landmark_network(
    settings: NetworkSettings, mean: Array, chosen: tuple[int, ...] | None = None
) -> LandmarkNetwork:
    """The network of all landmarks, or of `chosen` ones in any rotation, with fresh weights."""
    if chosen is not None:
        return rough_network(settings, mean, chosen)
    grid = Grid.around(mean, settings.spacing, settings.margin, settings.unet.multiple)
    return LandmarkNetwork(settings, grid, mean)


def build(config: Any, data: TrainingData) -> LandmarkTask:
    """The task of a config."""
    return LandmarkTask(data, config.landmarks, config.model, config.samples, config.objective)


def _narrowed(examples: tuple[Example, ...], chosen: tuple[int, ...]) -> tuple[Example, ...]:
    return tuple(replace(example, points=example.points[list(chosen)]) for example in examples)


def _spacing(config: Any) -> float:
    return kept_spacing(Grid.cube(1.0, config.model.spacing))


ENTRY = TaskEntry(
    name="landmark",
    about="places landmarks: all in the template's frame, or a few in any pose (level=rough)",
    settings={
        "landmarks": LandmarkChoice,
        "model": NetworkSettings,
        "samples": SampleSettings,
        "objective": ObjectiveSettings,
    },
    build=build,
    spacing=_spacing,
    not_in_samples=("objective",),
)
