"""Everything a run goes on from, as tensors and as notes."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

import torch

from craniomark.flows.training.average import MovingAverage

SCHEMA = 1


@dataclass
class Counters:
    """What the loop knows beside its tensors.

    Attributes
    ----------
    attempt : int
        Restarts after a collapse so far.
    step : int
        Updates of the weights so far.
    seconds : float
        Wall time of training so far, over all resumptions.
    learning_rate : float
        Of the last update.
    figures : dict of str to float
        Of the last validation.
    best : float or None
        Least first figure of the validations so far.
    sums : dict of str to [float, int]
        Sum and number of each loss term since the last curve point.
    """

    attempt: int = 0
    step: int = 0
    seconds: float = 0.0
    learning_rate: float = 0.0
    figures: dict[str, float] = field(default_factory=dict)
    best: float | None = None
    sums: dict[str, list[float]] = field(default_factory=dict)


class Parts:
    """The tensors of a run: network, optimizer and average."""

    def __init__(
        self, network: torch.nn.Module, optimizer: torch.optim.Optimizer, average: MovingAverage
    ) -> None:
        self.network, self.optimizer, self.average = network, optimizer, average

    def packed(self) -> dict[str, torch.Tensor]:
        """All of them by name, ``network/...``, ``average/...``, ``optimizer/INDEX/...``."""
        tensors = {f"network/{name}": t for name, t in self.network.state_dict().items()}
        tensors |= {f"average/{name}": t for name, t in self.average.tensors.items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer/{index}/{name}": t for name, t in state.items()}
        return tensors

    def unpack(self, tensors: dict[str, torch.Tensor]) -> None:
        """Go on from the tensors of `packed`.

        Raises
        ------
        RuntimeError
            If they belong to another network.
        """
        self.network.load_state_dict(part_of(tensors, "network"))
        self.average.load(part_of(tensors, "average"))
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in part_of(tensors, "optimizer").items():
            index, key = name.split("/", 1)
            states.setdefault(int(index), {})[key] = tensor
        groups = self.optimizer.state_dict()["param_groups"]
        self.optimizer.load_state_dict({"state": states, "param_groups": groups})

    def finite(self) -> bool:
        """Whether every number in the network is one."""
        return all(bool(t.isfinite().all()) for t in self.network.state_dict().values())


def part_of(tensors: dict[str, torch.Tensor], part: str) -> dict[str, torch.Tensor]:
    """The tensors of one part, by their names within it."""
    start = part + "/"
    return {name.removeprefix(start): t for name, t in tensors.items() if name.startswith(start)}


def notes_of(counters: Counters) -> dict[str, Any]:
    """The counters as JSON can hold them."""
    return {"schema": SCHEMA, "counters": asdict(counters)}


def counters_of(notes: dict[str, Any]) -> Counters:
    """The counters from such notes; unknown ones raise KeyError or TypeError."""
    known = {one.name for one in fields(Counters)}
    if notes["schema"] != SCHEMA or set(notes["counters"]) != known:
        raise KeyError("schema")
    return Counters(**notes["counters"])
