"""The network's input does not change with gain and padding; centre and size are told three ways."""

from typing import Any

import numpy as np
import pytest
import torch

from craniomark.parts.losses.rotation import rotation_from_six, six_from_rotation
from craniomark.parts.nets.levels import normalised
from craniomark.tasks.orient.network import CentreBy, NetworkSettings, OrientNetwork, moments

SMALL: dict[str, Any] = {"size": 16, "spacing": 2.0, "widths": (8, 8)}


def cubes(count: int = 2) -> torch.Tensor:
    values = np.random.default_rng(1).uniform(-0.1, 1, (count, 1, 16, 16, 16))
    return torch.from_numpy(values.astype(np.float32))


@pytest.mark.parametrize("centre", ["heads", "moments", "network"])
def test_every_way_tells_a_pose(centre: CentreBy) -> None:
    guess = OrientNetwork(NetworkSettings(**SMALL, centre=centre))(cubes())
    assert [tuple(part.shape) for part in guess] == [(2, 6), (2, 3), (2,)]
    assert all(bool(part.isfinite().all()) for part in guess)


def test_a_separate_network_leaves_the_rotation_alone() -> None:
    network = OrientNetwork(NetworkSettings(**SMALL, centre="network"))
    guess = network(cubes())
    (guess.centre.sum() + guess.scale.sum()).backward()
    assert all(p.grad is None for p in network.turn.parameters())
    assert network.place is not None
    assert any(float(p.grad.abs().max()) > 0 for p in network.place.parameters() if p.grad is not None)


def blob(middle: list[float], size: float) -> torch.Tensor:
    """An ellipsoid in a cube of 16 voxels, `middle` and `size` in units of half the cube."""
    axis = (torch.arange(16) - 7.5) / 8
    grid = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1)
    distance = ((grid - torch.tensor(middle)) / torch.tensor([1.0, 0.8, 0.6]) / size).norm(dim=-1)
    return (4 * (1 - distance)).clamp(0, 1)[None, None]


def test_moments_tell_place_and_size() -> None:
    middle, spread = moments(torch.cat([blob([0.1, -0.2, 0.05], 0.5), blob([0.0, 0.0, 0.0], 0.75)]))
    torch.testing.assert_close(middle[0], torch.tensor([0.1, -0.2, 0.05]), atol=0.01, rtol=0)
    assert float(spread[1] / spread[0]) == pytest.approx(1.5, rel=0.05)


def test_learnt_moments_find_a_centre_that_is_not_the_centre_of_gravity() -> None:
    network = OrientNetwork(NetworkSettings(**SMALL, centre="moments"))
    home = torch.tensor([[0.0, 0.25, 0.0]])
    network.learn_moments(blob([0.0, 0.0, 0.0], 0.5), home, torch.zeros(1))
    turn = torch.tensor([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])[None]
    turned = blob([0.1, 0.0, 0.0], 0.5).transpose(2, 3)
    centre, scale = network._by_moments(turned.flip(2), six_from_rotation(turn))
    torch.testing.assert_close(rotation_from_six(six_from_rotation(turn)), turn)
    torch.testing.assert_close(centre, torch.tensor([[-0.25, 0.1, 0.0]]), atol=0.01, rtol=0)
    torch.testing.assert_close(scale, torch.zeros(1), atol=0.02, rtol=0)


def test_neither_gain_nor_air_around_changes_the_input() -> None:
    shown = normalised(cubes(), 0.01)
    torch.testing.assert_close(normalised(37 * cubes(), 0.01), shown)
    cut = cubes()
    cut[:, :, :4] = 0
    torch.testing.assert_close(normalised(cut, 0.01)[:, :, 4:], shown[:, :, 4:], rtol=0.02, atol=0)
    assert float(shown.min()) == 0
    assert bool((normalised(torch.zeros(1, 1, 8, 8, 8), 0.01) == 0).all())


@pytest.mark.parametrize(
    ("name", "value"),
    [("centre", "guess"), ("size", 18), ("size", 4), ("spacing", 0.0), ("bright", 0.9), ("widths", (6,))],
)
def test_settings_are_checked(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        NetworkSettings(**{**SMALL, name: value})
