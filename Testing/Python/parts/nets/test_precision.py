"""Half precision is a choice, and coordinates never have it."""

import torch

from craniomark.parts.nets.precision import full_precision, half_precision


def test_unwanted_half_precision_changes_nothing() -> None:
    with half_precision("cpu", wanted=False):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_full_precision_holds_within_autocast() -> None:
    x = torch.ones(2, 2)
    with torch.autocast("cpu", torch.bfloat16):
        assert (x @ x).dtype == torch.bfloat16
        with full_precision(x):
            assert (x @ x).dtype == torch.float32
