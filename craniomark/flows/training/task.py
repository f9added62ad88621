"""What the training loop asks of a task."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Batch:
    """What a network is shown in one step.

    Attributes
    ----------
    tensors : mapping of str to Tensor
        On the CPU; the loop moves them to the device.
    names : tuple of str
        Specimens in it, in order, for messages.
    """

    tensors: Mapping[str, torch.Tensor]
    names: tuple[str, ...]

    def to(self, device: torch.device) -> "Batch":
        """The same batch on a device."""
        return Batch({name: t.to(device) for name, t in self.tensors.items()}, self.names)

    @property
    def rows(self) -> int:
        """Samples in it: the length that its tensors share.

        Raises
        ------
        ValueError
            If they share none.
        """
        lengths = {len(t) for t in self.tensors.values() if t.ndim}
        if len(lengths) != 1:
            raise ValueError(f"tensors of a batch have {sorted(lengths)} samples: give all the same number")
        return lengths.pop()

    def part(self, rank: int, ranks: int) -> "Batch":
        """The samples of one of several processes: every `ranks`-th, from the `rank`-th on.

        Raises
        ------
        ValueError
            If there are fewer samples than processes.
        """
        if self.rows < ranks:
            raise ValueError(f"a batch has {self.rows} samples for {ranks} processes: give at least one each")
        names = self.names[rank::ranks] if len(self.names) == self.rows else self.names
        return Batch({name: t[rank::ranks] if t.ndim else t for name, t in self.tensors.items()}, names)


class Task(Protocol):
    """A network with its samples and its objective."""

    name: str
    network: torch.nn.Module

    def batch(self, seed: int, step: int) -> Batch:
        """Samples of a step: a function of seed and step alone."""
        ...

    def losses(self, batch: Batch, step: int) -> dict[str, torch.Tensor]:
        """Each term of the loss with its weight in it; their sum is minimised."""
        ...

    def validate(self) -> dict[str, float]:
        """Figures on validation specimens; the first is the one that matters, smaller is better."""
        ...

    def pictures(self) -> dict[str, NDArray[np.uint8]]:
        """Example predictions by name, shape (H, W, 3)."""
        ...


@runtime_checkable
class Counted(Protocol):
    """A task with terms that are means over other things than samples, such as landmarks that are present."""

    def counts(self, batch: Batch) -> dict[str, float]:
        """How much the mean of each such term is taken over in this batch."""
        ...


@runtime_checkable
class Paced(Protocol):
    """A task with a course of the learning rate of its own, such as one that follows epochs."""

    def rate_factor(self, step: int) -> float:
        """Factor of the learning rate of the update that follows `step` updates."""
        ...


@runtime_checkable
class Watched(Protocol):
    """A task that notices when its network has collapsed, e.g. answers one point for all landmarks."""

    def collapsed(self, figures: Mapping[str, float]) -> bool:
        """Whether these figures of a validation are those of a collapsed network: start over."""
        ...


@runtime_checkable
class Renewable(Protocol):
    """A task that can give its network fresh weights."""

    def renew(self, seed: int) -> None:
        """Initialise the network anew, in place, as a function of the seed."""
        ...
