"""Match of pairwise distances."""

import pytest
import torch
from torch.testing import assert_close

from craniomark.parts.losses.distances import distance_loss

TRUTH = torch.tensor([[[0.0, 0.0, 0.0], [3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [float("nan")] * 3]])


def test_the_loss_is_what_it_is_by_hand() -> None:
    found = torch.tensor([[[0.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 8.0, 0.0], [9.0, 9.0, 9.0]]])
    assert float(distance_loss(found, TRUTH)) == pytest.approx((3 + 4 + 5) / 3, rel=1e-4)


def test_a_turn_and_a_shift_are_no_loss() -> None:
    turned = TRUTH.nan_to_num() @ torch.tensor([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]]) + 5
    assert_close(distance_loss(turned, TRUTH), torch.tensor(0.0), atol=1e-3, rtol=0)


def test_coinciding_points_have_finite_slopes() -> None:
    found = torch.zeros(1, 4, 3, requires_grad=True)
    distance_loss(found, TRUTH).backward()
    assert found.grad is not None
    assert bool(torch.isfinite(found.grad).all())


def test_no_pairs_are_no_loss() -> None:
    assert float(distance_loss(torch.zeros(1, 4, 3), torch.full((1, 4, 3), float("nan")))) == 0
