"""Conditions: modulation, the group prior, labels that are dropped."""

import torch

from craniomark.parts.nets.conditioning import GroupPrior, Modulation, dropped


def test_modulation_scales_and_shifts_channels() -> None:
    film = Modulation(1, 2)
    film.linear.weight.data = torch.tensor([[1.0], [0.0], [0.0], [5.0]])
    features = torch.ones(2, 2, 3, 3, 3)
    changed = film(features, torch.tensor([[0.0], [2.0]]))
    torch.testing.assert_close(changed[0], features[0])
    torch.testing.assert_close(changed[1, 0], torch.full((3, 3, 3), 3.0))
    torch.testing.assert_close(changed[1, 1], torch.full((3, 3, 3), 11.0))


def test_the_share_of_labels_whose_draw_is_low_is_dropped() -> None:
    groups = torch.tensor([1, 2, 3, 1])
    draws = torch.tensor([0.1, 0.3, 0.29, 0.9])
    assert dropped(groups, 0.3, draws).tolist() == [0, 2, 0, 1]
    assert dropped(groups, 0.0, draws).tolist() == groups.tolist()


def test_a_disturbed_embedding_differs_and_comes_again_with_its_generator() -> None:
    prior = GroupPrior(3)
    groups = torch.tensor([0, 2])
    still = prior(groups)
    first, second = (prior(groups, 0.5, torch.Generator().manual_seed(4)) for _ in range(2))
    torch.testing.assert_close(first, second)
    assert not torch.equal(first, still)
    torch.testing.assert_close(prior(groups, 0.0), still)
