"""The moving average of a network's weights."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch


class MovingAverage:
    """Exponential moving average of a network's state; with decay 0 the network itself.

    Early on the decay is lower, (1 + n) / (10 + n) after n updates, so that the average forgets the
    weights it began with. Whole numbers among the buffers are copied.

    Parameters
    ----------
    network : torch.nn.Module
        Followed by reference.
    decay : float
        From 0 to below 1.
    """

    def __init__(self, network: torch.nn.Module, decay: float) -> None:
        self._network, self._decay = network, decay
        self.tensors: dict[str, torch.Tensor] = {}
        self.begin()

    def begin(self) -> None:
        """Start from the network's present weights."""
        if self._decay:
            self.tensors = {name: t.detach().clone() for name, t in self._network.state_dict().items()}

    def follow(self, updates: int) -> None:
        """Take in the network after that many updates."""
        if not self._decay:
            return
        decay = min(self._decay, (1 + updates) / (10 + updates))
        with torch.no_grad():
            for name, now in self._network.state_dict().items():
                if now.is_floating_point():
                    self.tensors[name].lerp_(now, 1 - decay)
                else:
                    self.tensors[name].copy_(now)

    def load(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Go on from saved tensors.

        Raises
        ------
        RuntimeError
            If they aren't those of this network.
        """
        if self.tensors.keys() != tensors.keys():
            raise RuntimeError("the average of the weights has other names than the network")
        for name, saved in tensors.items():
            self.tensors[name].copy_(saved)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Let the network have the averaged weights during the block."""
        if not self._decay:
            yield
            return
        own = {name: t.detach().clone() for name, t in self._network.state_dict().items()}
        self._network.load_state_dict(self.tensors)
        try:
            yield
        finally:
            self._network.load_state_dict(own)
