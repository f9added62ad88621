"""Which samples a step is shown where batches are kept: a function of the step alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_ORDER = 20


@dataclass(frozen=True)
class Plan:
    """Batches are made in rounds of `steps`; each round is shown `rounds` times before it is given up.

    Of `rounds` passes the first is shown new batches, those of these very steps, and the others what the
    rounds before were shown, the newest first, in another order. So one batch of `rounds` is new, and no more
    than the last `rounds` rounds are ever looked back on.

    Attributes
    ----------
    rounds : int
        1: every batch is new.
    steps : int
        Batches of a round.
    """

    rounds: int
    steps: int

    def source(self, step: int) -> int:
        """The step for whose batch was made what `step` is shown: itself or an earlier one."""
        block, within = divmod(step, self.rounds * self.steps)
        turn, place = divmod(within, self.steps)
        if turn:
            place = int(_order(step // self.steps, self.steps)[place])
        back = turn % min(self.rounds, block + 1)
        return (block - back) * self.rounds * self.steps + place

    def oldest(self, step: int) -> int:
        """No step from `step` on is shown a batch of one before this."""
        block = step // (self.rounds * self.steps)
        return max(block - self.rounds + 1, 0) * self.rounds * self.steps

    def needed(self, step: int, last: int) -> Iterator[int]:
        """What steps from `step` to before `last` are shown: sources, once each, in the order of need."""
        seen: set[int] = set()
        for one in range(step, last):
            source = self.source(one)
            if source not in seen:
                seen.add(source)
                yield source

    @property
    def most(self) -> int:
        """Batches that are looked back on at once, with a round of new ones."""
        return (self.rounds + 1) * self.steps


@lru_cache(4)
def _order(number: int, steps: int) -> NDArray[np.int64]:
    return np.random.default_rng([number, _ORDER]).permutation(steps)
