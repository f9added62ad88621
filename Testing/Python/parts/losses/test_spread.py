"""Variance of heatmaps, and a spread that learns the size of errors."""

import pytest
import torch

from craniomark.parts.losses.spread import spread_loss, variance_loss


def test_variance_is_averaged_over_present_landmarks() -> None:
    truth = torch.zeros(1, 3, 3)
    truth[0, 2] = float("nan")
    assert float(variance_loss(torch.tensor([[1.0, 2.0, 50.0]]), truth)) == pytest.approx(1.5)


def test_the_best_spread_is_a_third_of_the_mean_error_and_the_points_get_no_slope() -> None:
    generator = torch.Generator().manual_seed(1)
    found = torch.randn(1, 400, 3, generator=generator, requires_grad=True)
    truth = torch.zeros(1, 400, 3)
    level = torch.tensor(0.0, requires_grad=True)
    optimiser = torch.optim.Adam([level], 0.05)
    for _ in range(200):
        optimiser.zero_grad()
        spread_loss(found, level.expand(1, 400), truth).backward()
        optimiser.step()
    assert float(level.detach().exp()) == pytest.approx(
        float(found.detach().norm(dim=-1).mean()) / 3, rel=0.02
    )
    assert found.grad is None


def test_missing_landmarks_take_no_part() -> None:
    truth = torch.full((1, 2, 3), float("nan"))
    assert float(spread_loss(torch.ones(1, 2, 3), torch.ones(1, 2), truth)) == 0
