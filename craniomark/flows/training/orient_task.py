"""Training of the network that proposes orientations."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.training.data import TrainingData
from craniomark.flows.training.registry import TaskEntry
from craniomark.flows.training.task import Batch
from craniomark.tasks.orient.locate import Target
from craniomark.tasks.orient.network import Guess, NetworkSettings, OrientNetwork
from craniomark.tasks.orient.objective import ObjectiveSettings, orient_losses
from craniomark.tasks.orient.samples import SampleSettings, Stock, sample_batch, upright_batch
from craniomark.tasks.orient.validate import figures, picture


@dataclass(frozen=True)
class OrientChoice:
    """How many samples.

    Attributes
    ----------
    batch : int
        Cubes in each step.
    trials : int
        Poses in each validation.
    """

    batch: int = 32
    trials: int = 128

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 1:
                raise ValueError(f"{name} is {value}: give at least 1")


class OrientTask:
    """The orientation network with its samples and its objective, as the training loop asks for them.

    Parameters
    ----------
    data : TrainingData
        Specimens in the template's frame.
    choice, model, samples, objective : settings
        What is learnt and how.
    """

    name = "orient"

    def __init__(
        self, data: TrainingData, choice: OrientChoice, model: NetworkSettings, samples: SampleSettings,
        objective: ObjectiveSettings,
    ) -> None:  # fmt: skip
        target = Target.of(data.template)
        self.choice, self._samples, self._objective = choice, samples, objective
        self._training, self._validation = (
            Stock.of(examples, target.centre, target.radius, model.spacing)
            for examples in (data.training, data.validation)
        )
        self.orient_network = OrientNetwork(model)
        self._learn_moments()
        self.network: torch.nn.Module = self.orient_network

    def batch(self, seed: int, step: int) -> Batch:
        """Samples of a step: a function of seed and step alone."""
        rng = np.random.default_rng([seed, step])
        model = self.orient_network.settings
        return Batch(*sample_batch(self._training, self.choice.batch, model, self._samples, rng))

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:  # noqa: ARG002
        """Each term of the loss with its weight in it; their sum is minimised."""
        guess: Guess = self.network(batch.tensors["cubes"])
        return orient_losses(guess, batch.tensors, self._objective)

    def validate(self) -> dict[str, float]:
        """Errors from one view, without refinement; see `craniomark.tasks.orient.validate.figures`."""
        return figures(self.orient_network, self._validation, self._samples, self.choice.trials)

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        """Validation specimens as shown, turned back as told, and turned back in truth."""
        return {"turned_back": picture(self.orient_network, self._validation, self._samples)}

    def renew(self, seed: int) -> None:
        """Initialise the network anew, in place, as a function of the seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            fresh = OrientNetwork(self.orient_network.settings)
        self.orient_network.load_state_dict(fresh.state_dict())
        self._learn_moments()

    def _learn_moments(self) -> None:
        upright = upright_batch(self._training, self.orient_network.settings)
        self.orient_network.learn_moments(upright["cubes"], upright["centre"], upright["scale"])


def _build(config: Any, data: TrainingData) -> OrientTask:
    return OrientTask(data, config.choice, config.model, config.samples, config.objective)


ENTRY = TaskEntry(
    name="orient",
    about="The network that proposes how a skull is turned.",
    settings={
        "choice": OrientChoice,
        "model": NetworkSettings,
        "samples": SampleSettings,
        "objective": ObjectiveSettings,
    },
    build=_build,
    spacing=lambda config: config.model.spacing / 4,
    not_in_samples=("objective",),
)
