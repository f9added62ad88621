"""Landmark networks: heads, mixture, group prior, bad settings."""

from typing import Any

import numpy as np
import pytest
import torch

from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.landmark.levels.grid import Grid
from craniomark.tasks.landmark.levels.network import LandmarkNetwork, NetworkSettings

SMALL = UNetSettings((8, 16))
MEAN = np.array([[0.0, 0, 0], [2, 0, 1], [-2, 3, 0], [1, -2, -1]])


def network(**choices: Any) -> LandmarkNetwork:
    torch.manual_seed(1)
    settings = NetworkSettings(**{"spacing": 0.8, "margin": 2.0, "unet": SMALL, "heads": "both", **choices})
    return LandmarkNetwork(settings, Grid.around(MEAN, 0.8, 2.0, SMALL.multiple), MEAN)


def image(net: LandmarkNetwork, count: int = 2) -> torch.Tensor:
    return torch.randn(count, 1, *net.grid.shape, generator=torch.Generator().manual_seed(3))


def test_each_head_tells_points_where_it_is_there() -> None:
    for heads, by_heatmap, by_coordinates in (
        ("heatmap", True, False), ("coordinates", False, True), ("both", True, True),
    ):  # fmt: skip
        net = network(heads=heads)
        located = net(image(net))
        assert located.points.shape == (2, len(MEAN), 3)
        assert (located.by_heatmap is not None) == by_heatmap == (located.variance is not None)
        assert (located.by_coordinates is not None) == by_coordinates


def test_direct_regression_begins_at_the_mean_shape() -> None:
    net = network(heads="coordinates")
    np.testing.assert_allclose(net(image(net)).points[1].detach(), MEAN, atol=1e-6)


def test_the_points_are_the_share_of_both_heads() -> None:
    net = network(share=0.3)
    located = net(image(net))
    wanted = 0.3 * located.by_heatmap + 0.7 * located.by_coordinates
    torch.testing.assert_close(located.points, wanted, atol=1e-5, rtol=1e-4)


def test_the_share_is_learnt_where_it_shall_be() -> None:
    assert network().mixture.level.requires_grad is False  # type: ignore[union-attr]
    assert network(learnt_share=True).mixture.level.requires_grad is True  # type: ignore[union-attr]


def test_the_group_prior_is_off_by_default_and_changes_the_answer_when_it_has_learnt() -> None:
    assert network().prior is None
    net = network(groups=2)
    assert net.prior is not None
    for modulation in net.unet.conditions.values():
        torch.nn.init.normal_(modulation.linear.weight)
    images = image(net)
    unknown, known = net(images), net(images, torch.tensor([1, 2]))
    torch.testing.assert_close(net(images, torch.zeros(2, dtype=torch.long)).points, unknown.points)
    assert float((known.points - unknown.points).detach().abs().max()) > 1e-3
    disturbed = net(images, noise=1.0, generator=torch.Generator().manual_seed(5))
    assert float((disturbed.points - unknown.points).detach().abs().max()) > 1e-4


def test_the_start_of_a_training_can_have_another_activation() -> None:
    net = network(start="linear", prior=0.0)
    images = image(net)
    first, last = net(images, blend=0.0).by_heatmap, net(images).by_heatmap
    assert float((first - last).detach().abs().max()) > 1e-3
    net = network(activation="linear", prior=0.0)
    torch.testing.assert_close(net(images).by_heatmap, first)


def test_weights_hold_nothing_of_the_grid_or_the_mean_shape() -> None:
    net = network()
    assert not [name for name in net.state_dict() if "places" in name or "mean" in name]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"heads": "all"}, "heads is 'all': give one of heatmap"),
        ({"activation": "tanh"}, "activation is 'tanh'"),
        ({"start": "tanh"}, "start is 'tanh'"),
        ({"spacing": 0.0}, "spacing is 0"),
        ({"margin": -1.0}, "margin is -1"),
        ({"prior": float("inf")}, "prior is inf"),
        ({"share": 1.1}, "share is 1.1"),
        ({"hidden": 0}, "hidden is 0"),
        ({"groups": -1}, "groups is -1"),
    ],
)
def test_bad_settings_are_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        NetworkSettings(**wrong)
