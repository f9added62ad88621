"""torch's generators as functions of seed and step, so that a resumed run draws the same numbers."""

from typing import Literal

import numpy as np
import torch

Purpose = Literal["batch", "update", "validation"]
_PURPOSES: tuple[Purpose, ...] = ("batch", "update", "validation")


def seed_generators(seed: int, step: int, purpose: Purpose) -> None:
    """Seed torch's global generators of all devices."""
    sequence = np.random.SeedSequence([seed, step, _PURPOSES.index(purpose)])
    torch.manual_seed(int(sequence.generate_state(1, np.uint64)[0]))


def seed_of(seed: int, attempt: int, rank: int = 0) -> int:
    """The seed of an attempt; for what is random within a network, of one of the processes too."""
    return seed + attempt + 1_000_003 * rank
