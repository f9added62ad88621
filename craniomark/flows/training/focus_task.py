"""Training of the focus network (level 2), by itself or end to end with the network before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.example import Example
from craniomark.engine.image import Image
from craniomark.flows.training.data import TrainingData
from craniomark.flows.training.landmark_task import landmark_network
from craniomark.flows.training.registry import TaskEntry
from craniomark.flows.training.shown_points import points_picture
from craniomark.flows.training.task import Batch
from craniomark.flows.training.tensors import load_weights
from craniomark.parts.augment.pose import PoseRange
from craniomark.tasks.landmark.focus.network import FocusNetwork, FocusSettings
from craniomark.tasks.landmark.focus.objective import FocusObjective, FocusObjectiveSettings
from craniomark.tasks.landmark.focus.predict import focus_canonically
from craniomark.tasks.landmark.focus.samples import FocusSamples, FocusSampleSettings
from craniomark.tasks.landmark.focus.together import TwoLevels
from craniomark.tasks.landmark.levels.network import NetworkSettings
from craniomark.tasks.landmark.levels.objective import Objective, ObjectiveSettings
from craniomark.tasks.landmark.levels.predict import predict
from craniomark.tasks.landmark.levels.samples import Samples, SampleSettings
from craniomark.tasks.landmark.levels.validate import OFF, WORSE, figures, has_collapsed

Array = NDArray[np.float64]
_STARTS = PoseRange(degrees=2.0, scale=0.01, shift=0.2)
"""How far the starts of a validation are off when the focus network is trained by itself."""
_CHOSEN = 7


@dataclass(frozen=True)
class WholeSettings:
    """The network before the focus network, where both are trained end to end.

    Attributes
    ----------
    weights : str or null
        Weights of a trained landmark network (safetensors); null trains it from the beginning.
    share : float
        Weight of the landmark network's own loss.
    model, samples, objective : settings
        As for the task landmark; the model must be that of the weights.
    """

    weights: str | None = None
    share: float = 0.5
    model: NetworkSettings = field(default_factory=NetworkSettings)
    samples: SampleSettings = field(default_factory=SampleSettings)
    objective: ObjectiveSettings = field(default_factory=ObjectiveSettings)

    def __post_init__(self) -> None:
        if not 0 <= self.share < np.inf:
            raise ValueError(f"share is {self.share}: give a number that is not negative")


@dataclass(frozen=True)
class FocusChoice:
    """How the focus network is trained and tried.

    Attributes
    ----------
    end_to_end : bool
        Train the landmark network along with it, through the places where patches are cut.
    rounds : int
        Rounds of a prediction in validations.
    worse : float
        A network whose error is this many times that of its starts has failed.
    """

    end_to_end: bool = False
    rounds: int = 3
    worse: float = WORSE

    def __post_init__(self) -> None:
        if self.rounds < 1:
            raise ValueError(f"rounds is {self.rounds}: give at least 1")
        if not self.worse > 0:
            raise ValueError(f"worse is {self.worse}: give a number above 0")


class FocusTask:
    """The focus network with its samples and its objective, as the training loop asks for them.

    Parameters
    ----------
    data : TrainingData
        Specimens in the template's frame.
    choice, model, samples, objective : settings
        What is learnt and how.
    """

    name = "focus"

    def __init__(
        self, data: TrainingData, choice: FocusChoice, model: FocusSettings, samples: FocusSampleSettings,
        objective: FocusObjectiveSettings,
    ) -> None:  # fmt: skip
        self.choice, self.labels, self.mean = choice, data.labels, data.frame.mean
        self._model = model
        self.focus_network = FocusNetwork(model, len(self.labels))
        self.network: torch.nn.Module = self.focus_network
        self._patches = FocusSamples(data.training, model, samples)
        self._objective = FocusObjective(objective, self.labels)
        self._validation: tuple[Example, ...] = data.validation

    def batch(self, seed: int, step: int) -> Batch:
        """Samples of a step: a function of seed and step alone."""
        return Batch(*self._patches.draw(seed, step))

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:  # noqa: ARG002 - same at each step
        """Each term of the loss with its weight in it; their sum is minimised."""
        tensors = batch.tensors
        focused = self.network(tensors["patches"], tensors["landmarks"])
        return self._objective(focused, tensors["offsets"], tensors["landmarks"])

    def counts(self, batch: Batch) -> dict[str, float]:
        """What the mean of each term is taken over in this batch."""
        return self._objective.counts(batch.tensors["offsets"], batch.tensors["landmarks"])

    def validate(self) -> dict[str, float]:
        """Errors, mm, beside those of the starts (``mean_shape_mm``), which are the mean shape."""
        return figures(self.points_of, self._validation, self.mean, _STARTS)

    def points_of(self, image: Image) -> Array:
        """Landmarks, shape (L, 3) mm, of an image in about the template's frame."""
        return focus_canonically(
            [self.focus_network], image, self.mean, self.mean, rounds=self.choice.rounds
        ).points

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        """Predicted and true points of a validation specimen."""
        example = self._validation[0]
        return {example.id: points_picture(example.image, self.points_of(example.image), example.points)}

    def collapsed(self, figures: Mapping[str, float]) -> bool:
        """Whether these figures are those of a network that makes its starts worse."""
        return has_collapsed(figures, self.choice.worse)

    def renew(self, seed: int) -> None:
        """Initialise the focus network anew, in place, as a function of the seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            fresh = FocusNetwork(self._model, len(self.labels))
        self.focus_network.load_state_dict(fresh.state_dict())


class EndToEndTask(FocusTask):
    """The focus network and the landmark network before it, trained together.

    Parameters
    ----------
    data, choice, model, samples, objective
        As for `FocusTask`; of `samples` only the number of patches is used, since starts and poses come
        from the landmark network and its samples.
    whole : WholeSettings
        The landmark network.
    """

    def __init__(
        self, data: TrainingData, choice: FocusChoice, model: FocusSettings, samples: FocusSampleSettings,
        objective: FocusObjectiveSettings, whole: WholeSettings,
    ) -> None:  # fmt: skip
        super().__init__(data, choice, model, samples, objective)
        self._whole = replace(whole, model=replace(whole.model, groups=0))
        self.whole_network = landmark_network(self._whole.model, self.mean)
        self._begin_whole()
        self.network = TwoLevels(self.whole_network, self.focus_network)
        self._samples = Samples(data.training, self.whole_network.grid, whole.samples)
        self._whole_objective = Objective(whole.objective, self.labels, self.mean)
        self._count = min(samples.patches, len(self.labels))

    def batch(self, seed: int, step: int) -> Batch:
        """Samples of level 1, and which landmarks are looked at closely."""
        tensors, names = self._samples.draw(seed, step)
        rng = np.random.default_rng([seed, step, _CHOSEN])
        chosen = np.stack([rng.permutation(len(self.labels))[: self._count] for _ in names])
        return Batch({**tensors, "chosen": torch.from_numpy(chosen)}, names)

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:
        """The terms of both levels, each with its weight in it."""
        tensors = batch.tensors
        blend = self._whole.objective.blend_at(step)
        sources = [self._patches.images[int(i)] for i in tensors["specimens"]]
        both = self.network(
            tensors["images"], tensors["chosen"], sources, tensors["poses"], tensors["gains"], blend
        )
        chosen, truth = tensors["chosen"], _chosen_points(batch)
        # Level 2 answers for the whole way from the start, so that its slope reaches level 1.
        wanted = truth - both.starts.detach()
        moved = both.starts - both.starts.detach() + both.focused.offsets.view_as(both.starts)
        focused = both.focused._replace(offsets=moved.flatten(0, 1))
        terms = self._objective(focused, wanted.flatten(0, 1), chosen.flatten())
        own = self._whole_objective(both.located, tensors["points"], batch.names)
        return terms | {f"whole/{name}": self._whole.share * term for name, term in own.items()}

    def counts(self, batch: Batch) -> dict[str, float]:
        """What the mean of each term is taken over in this batch."""
        truth, chosen = _chosen_points(batch).flatten(0, 1), batch.tensors["chosen"].flatten()
        own = self._whole_objective.counts(batch.tensors["points"], batch.names)
        return self._objective.counts(truth, chosen) | {f"whole/{name}": n for name, n in own.items()}

    def validate(self) -> dict[str, float]:
        """Errors of both levels together, mm, from the poses that level 1 is tried in."""
        return figures(self.points_of, self._validation, self.mean, OFF)

    def points_of(self, image: Image) -> Array:
        """Landmarks, shape (L, 3) mm, of an image in about the template's frame."""
        starts = predict(self.whole_network, image).points
        return focus_canonically(
            [self.focus_network], image, starts, self.mean, rounds=self.choice.rounds
        ).points

    def renew(self, seed: int) -> None:
        """Initialise the focus network anew, and the other one where it is not given."""
        super().renew(seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            fresh = landmark_network(self._whole.model, self.mean)
        self.whole_network.load_state_dict(fresh.state_dict())
        self._begin_whole()

    def _begin_whole(self) -> None:
        if self._whole.weights:
            load_weights(self.whole_network, Path(self._whole.weights))


def _chosen_points(batch: Batch) -> torch.Tensor:
    """Truth, shape (B, K, 3) mm, of the landmarks that are looked at closely."""
    chosen = batch.tensors["chosen"]
    return batch.tensors["points"].gather(1, chosen[..., None].expand(-1, -1, 3))


def build(config: Any, data: TrainingData) -> FocusTask:
    """The task of a config."""
    parts = data, config.focus, config.model, config.samples, config.objective
    return EndToEndTask(*parts, config.whole) if config.focus.end_to_end else FocusTask(*parts)


def _spacing(config: Any) -> float:
    """Twice as fine as the patches."""
    return float(config.model.spacing) * 0.8


ENTRY = TaskEntry(
    name="focus",
    about="places each landmark closely, in a patch about where it is thought to be",
    settings={
        "focus": FocusChoice,
        "model": FocusSettings,
        "samples": FocusSampleSettings,
        "objective": FocusObjectiveSettings,
        "whole": WholeSettings,
    },
    build=build,
    spacing=_spacing,
    not_in_samples=("objective",),
)
