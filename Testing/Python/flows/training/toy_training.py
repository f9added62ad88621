"""A task that learns one number in no time, with settings of every kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.flows.training.data import TrainingData
from craniomark.flows.training.registry import TaskEntry
from craniomark.flows.training.task import Batch


@dataclass(frozen=True)
class Deep:
    """Settings within settings.

    Attributes
    ----------
    depth : float
        How deep it lies.
    """

    depth: float = 1.0

    def __post_init__(self) -> None:
        if self.depth < 0:
            raise ValueError(f"depth is {self.depth}: give 0 or more")


@dataclass(frozen=True)
class Model:
    """What is learnt.

    Attributes
    ----------
    width : int
        Numbers that are learnt.
    kind, start : {"soft", "hard"}
        Way of learning, and
        at the start.
    pair : tuple of float
        Two numbers.
    sizes : tuple of int
        Any number of them.
    deep : Deep
        More.
    flag : bool
        Yes or no.
    """

    width: int = 3
    kind: Literal["soft", "hard"] = "soft"
    start: Literal["soft", "hard"] | None = None
    pair: tuple[float, float] = (1.0, 2.0)
    sizes: tuple[int, ...] = (4, 8)
    deep: Deep = field(default_factory=Deep)
    flag: bool = False


class Toy:
    """Learns the mean of the training landmarks; validates the distance to those that are held out."""

    def __init__(self, config: Any, data: TrainingData) -> None:
        self.name = "toy"
        self.network = torch.nn.Linear(1, 3, bias=False)
        self._data = data
        self._trouble = config.model.kind

    def batch(self, seed: int, step: int) -> Batch:
        chosen = np.random.default_rng([seed, step]).integers(len(self._data.training), size=2)
        examples = [self._data.training[one] for one in chosen]
        if self._trouble == "hard":
            raise RuntimeError("planted")
        points = np.stack([np.nanmean(one.points, axis=0) for one in examples])
        return Batch({"points": torch.from_numpy(points).float()}, tuple(one.id for one in examples))

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:  # noqa: ARG002
        return {"distance": (self.network.weight[:, 0] - batch.tensors["points"]).square().sum(1).mean()}

    def validate(self) -> dict[str, float]:
        answer = self.network.weight[:, 0].detach().numpy()
        errors = [np.linalg.norm(answer - np.nanmean(e.points, axis=0)) for e in self._data.validation]
        return {"mean_mm": float(np.mean(errors)), "n": float(len(errors))}

    def pictures(self) -> Mapping[str, NDArray[np.uint8]]:
        return {}


ENTRY = TaskEntry("toy", "Learns a point.", {"model": Model}, Toy, lambda config: config.model.pair[0])
