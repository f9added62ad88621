"""Training of the network of bone masks."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.training.registry import TaskEntry
from craniomark.flows.training.segment_data import SegmentData, TargetChoice, segment_data
from craniomark.flows.training.task import Batch
from craniomark.parts.augment.ranges import Recipe
from craniomark.tasks.segment.network import NetworkSettings, SegmentNetwork, synchronised
from craniomark.tasks.segment.objective import ObjectiveSettings, segment_losses
from craniomark.tasks.segment.predict import probabilities
from craniomark.tasks.segment.samples import Samples, SampleSettings, Specimen
from craniomark.tasks.segment.sharpness import spectrum
from craniomark.tasks.segment.validate import figures, picture
from craniomark.tasks.segment.zoom import Index


class SegmentTask:
    """The network of bone masks with its samples and its objective, as the training loop asks for them.

    Parameters
    ----------
    data : SegmentData
        Scans with masks.
    choice, model, samples, objective : settings
        What is learnt and how.
    several : bool
        Several GPUs share a step.

    Raises
    ------
    ValueError
        If the objective needs a head that the network lacks, or patches do not suit it.
    """

    name = "segment"

    def __init__(
        self, data: SegmentData, choice: TargetChoice, model: NetworkSettings, samples: SampleSettings,
        objective: ObjectiveSettings, several: bool = False,
    ) -> None:  # fmt: skip
        needed = objective.needed()
        if model.heads not in (needed, "both"):
            raise ValueError(f"heads is {model.heads}: the objective needs {needed}")
        if samples.patch % model.multiple:
            raise ValueError(f"patch is {samples.patch}: give a multiple of {model.multiple}")
        self.choice, self.model, self._objective = choice, model, objective
        self._voxel, self._spectra = data.spacing, [_spectrum(one) for one in data.training]
        self._samples = Samples(data.training, samples)
        clean = replace(samples, recipe=Recipe(), batch=choice.trials)
        self._changed = Samples(data.validation, replace(samples, batch=choice.trials))
        self._clean = Samples(data.validation, clean)
        made = self._made()
        self.segment_network = synchronised(made) if several else made
        self.network: torch.nn.Module = self.segment_network

    def batch(self, seed: int, step: int) -> Batch:
        """Samples of a step: a function of seed and step alone."""
        return Batch(*self._samples.draw(seed, step))

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:  # noqa: ARG002
        """Each term of the loss with its weight in it; their sum is minimised."""
        answers = self.network(batch.tensors["images"])
        return segment_losses(answers, batch.tensors, self._objective, self.model.heads)

    def validate(self) -> dict[str, float]:
        """1 - Dice coefficient on patches changed as in training, and on clean ones."""
        return figures(self._predict, self._changed, self._clean)

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        """Patches of validation scans, what is told of them, and the truth."""
        return {"masks": picture(self._predict, self._changed)}

    def renew(self, seed: int) -> None:
        """Initialise the network anew, in place, as a function of the seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            fresh = self._made()
        self.segment_network.load_state_dict(fresh.state_dict())

    def _made(self) -> SegmentNetwork:
        network = SegmentNetwork(self.model)
        network.learn_usual(self._voxel, self._spectra)
        return network

    def _predict(self, images: torch.Tensor) -> torch.Tensor:
        return probabilities(self.segment_network, images)


def _spectrum(one: Specimen) -> NDArray[np.float64]:
    def read(start: Index, shape: Index) -> NDArray[np.floating]:
        part = tuple(slice(first, first + count) for first, count in zip(start, shape, strict=True))
        found: NDArray[np.floating] = one.voxels[part].astype(np.float32)
        return found

    return spectrum(read, one.voxels.shape)


def _build(config: Any, data: SegmentData) -> SegmentTask:
    loop = config.loop
    several = loop.devices * loop.nodes > 1 and loop.device != "cpu" and torch.cuda.is_available()
    return SegmentTask(data, config.target, config.model, config.samples, config.objective, several)


ENTRY = TaskEntry(
    name="segment",
    about="The network that tells which voxels are bone, where brightness alone does not.",
    settings={
        "target": TargetChoice,
        "model": NetworkSettings,
        "samples": SampleSettings,
        "objective": ObjectiveSettings,
    },
    build=_build,
    spacing=lambda config: config.target.finest,
    not_in_samples=("model", "objective"),
    data=segment_data,
)
