"""Training of networks of linear maps, on pairs made from one image each."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.training.data import TrainingData
from craniomark.flows.training.task import Batch
from craniomark.tasks.regnet.affine.network import AffineNetwork, AffineSettings
from craniomark.tasks.regnet.affine.objective import ObjectiveSettings, affine_losses
from craniomark.tasks.regnet.affine.samples import PairSettings, Stock, sample_pairs
from craniomark.tasks.regnet.affine.validate import figures, picture

UNIT = 2.0**20
"""Parts of the unit in which a batch tells maps."""


class AffineTask:
    """A network of linear maps with its pairs and its objective, as the training loop asks for them.

    Parameters
    ----------
    data : TrainingData
        Specimens in the template's frame.
    model, pairs, objective : settings
        What is learnt and how.
    trials, degrees : int, float
        Pairs of a validation, and their largest angle.
    """

    name = "register"

    def __init__(
        self, data: TrainingData, model: AffineSettings, pairs: PairSettings, objective: ObjectiveSettings,
        trials: int, degrees: float,
    ) -> None:  # fmt: skip
        self._pairs, self._objective, self._trials, self._degrees = pairs, objective, trials, degrees
        self._training, self._validation = (
            Stock.of(examples, model) for examples in (data.training, data.validation)
        )
        self.affine_network = AffineNetwork(model)
        self.network: torch.nn.Module = self.affine_network

    def batch(self, seed: int, step: int) -> Batch:
        """Pairs of a step: a function of seed and step alone."""
        rng = np.random.default_rng([seed, step])
        pairs, names = sample_pairs(self._training, self.affine_network.settings, self._pairs, rng)
        # As whole numbers: the loop shortens what isn't to half precision, too coarse for a truth.
        return Batch(pairs | {"maps": (pairs["maps"] * UNIT).round().int()}, names)

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:  # noqa: ARG002
        """Each term of the loss with its weight in it; their sum is minimised."""
        found = self.affine_network.told(batch.tensors["fixed"], batch.tensors["moving"])
        truth = batch.tensors["maps"].float() / UNIT
        return affine_losses(found, truth, self.affine_network.settings, self._objective)

    def validate(self) -> dict[str, float]:
        """Errors without refinement; see `craniomark.tasks.regnet.affine.validate.figures`."""
        return figures(self.affine_network, self._validation, self._pairs, self._trials, self._degrees)

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        """Fixed and moving images, and the moving ones as they are brought back."""
        return {"brought_back": picture(self.affine_network, self._validation, self._pairs)}

    def renew(self, seed: int) -> None:
        """Initialise the network anew, in place, as a function of the seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            fresh = AffineNetwork(self.affine_network.settings)
        self.affine_network.load_state_dict(fresh.state_dict())


def build(config: Any, data: TrainingData) -> AffineTask:
    """The task of a config."""
    choice = config.choice
    return AffineTask(data, config.affine, config.pairs, config.objective, choice.trials, choice.degrees)


def spacing(config: Any) -> float:
    """Voxels, mm, in which specimens are wanted."""
    return float(config.affine.spacing) / 4


SETTINGS = {"affine": AffineSettings, "pairs": PairSettings, "objective": ObjectiveSettings}
"""Settings by their key."""
