"""Direct regression and the mixture of two estimates."""

import torch

from craniomark.parts.nets.coordinates import CoordinateHead, Mixture


def test_offsets_are_zero_before_training_and_can_be_learnt() -> None:
    torch.manual_seed(1)
    head = CoordinateHead(8, 5, hidden=16)
    features = torch.randn(2, 8, 6, 5, 4)
    assert float(head(features).detach().abs().max()) == 0
    wanted = torch.randn(2, 5, 3)
    optimiser = torch.optim.Adam(head.parameters(), 0.01)
    for _ in range(200):
        loss = (head(features) - wanted).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert float(loss.detach()) < 0.01


def test_the_head_knows_where_features_lie() -> None:
    torch.manual_seed(1)
    head = CoordinateHead(8, 1)
    torch.nn.init.normal_(head.outer.weight)
    features = torch.zeros(1, 8, 9, 9, 9)
    features[..., 0, 0, 0] = 1
    moved = features.roll(8, 2)
    assert float((head(features) - head(moved)).detach().abs().max()) > 1e-4


def test_the_mixture_is_the_share_it_was_given() -> None:
    first, second = torch.ones(1, 3, 3), torch.zeros(1, 3, 3)
    torch.testing.assert_close(Mixture(3, 0.7)(first, second), torch.full((1, 3, 3), 0.7))
    assert not Mixture(3, 0.7).level.requires_grad
    learnt = Mixture(3, 0.5, learnt=True)
    learnt(first, second).sum().backward()
    assert learnt.level.grad is not None


def test_the_whole_of_one_estimate_can_be_had() -> None:
    first, second = torch.ones(1, 2, 3), torch.full((1, 2, 3), 5.0)
    torch.testing.assert_close(Mixture(2, 1.0)(first, second), first, atol=1e-3, rtol=0)
    torch.testing.assert_close(Mixture(2, 0.0)(first, second), second, atol=1e-3, rtol=0)
