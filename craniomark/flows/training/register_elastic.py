"""Training of elastic networks, on real pairs, synthetic label maps or precomputed fields."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.training.data import TrainingData
from craniomark.flows.training.task import Batch
from craniomark.tasks.regnet.elastic.network import ElasticNetwork, ElasticSettings
from craniomark.tasks.regnet.elastic.objective import ElasticObjective, elastic_losses
from craniomark.tasks.regnet.elastic.samples import ElasticPairs, fields_between, sample_batch, views_of
from craniomark.tasks.regnet.elastic.validate import figures, picture


class ElasticTask:
    """An elastic network with its pairs and its objective, as the training loop asks for them.

    Parameters
    ----------
    data : TrainingData
        Specimens in the template's frame.
    model, pairs, objective : settings
        What is learnt and how.
    """

    name = "register"

    def __init__(
        self, data: TrainingData, model: ElasticSettings, pairs: ElasticPairs, objective: ElasticObjective
    ) -> None:
        self._pairs, self._objective = pairs, objective
        self._training, self._validation = (
            views_of(examples, data.template, model) for examples in (data.training, data.validation)
        )
        self.elastic_network = ElasticNetwork(model)
        self.network: torch.nn.Module = self.elastic_network
        supervised = pairs.source == "fields"
        self._fields = fields_between(self._training, model, pairs.field_steps) if supervised else None

    def batch(self, seed: int, step: int) -> Batch:
        """Pairs of a step: a function of seed and step alone."""
        rng = np.random.default_rng([seed, step])
        return Batch(*sample_batch(self._training, self._fields, self._pairs, rng))

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:  # noqa: ARG002
        """Each term of the loss with its weight in it; their sum is minimised."""
        found = self.network(batch.tensors["fixed"], batch.tensors["moving"])
        with torch.autocast(found.velocities.device.type, enabled=False):
            return elastic_losses(found, batch.tensors, self._objective)

    def validate(self) -> dict[str, float]:
        """Errors between validation specimens; see `craniomark.tasks.regnet.elastic.validate.figures`."""
        return figures(self.elastic_network, self._validation)

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        """A fixed image, a moving one and the moving one brought over."""
        return {"brought_over": picture(self.elastic_network, self._validation)}

    def renew(self, seed: int) -> None:
        """Initialise the network anew, in place, as a function of the seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            fresh = ElasticNetwork(self.elastic_network.settings)
        self.elastic_network.load_state_dict(fresh.state_dict())


def build(config: Any, data: TrainingData) -> ElasticTask:
    """The task of a config."""
    return ElasticTask(data, config.elastic, config.elastic_pairs, config.elastic_objective)


def spacing(config: Any) -> float:
    """Voxels, mm, in which specimens are wanted."""
    return float(config.elastic.spacing) / 2


SETTINGS = {
    "elastic": ElasticSettings,
    "elastic_pairs": ElasticPairs,
    "elastic_objective": ElasticObjective,
}
"""Settings by their key."""
