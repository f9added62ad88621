"""The focus network: one trunk that is told the landmark, doubts that only look on, bad settings."""

from typing import Any

import pytest
import torch

from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.landmark.focus.network import FocusNetwork, FocusSettings

SMALL = FocusSettings(size=8, spacing=0.25, unet=UNetSettings((8, 16), everywhere=True), embedding=4)


def network(landmarks: int = 3) -> FocusNetwork:
    torch.manual_seed(1)
    return FocusNetwork(SMALL, landmarks)


def patches(count: int) -> torch.Tensor:
    return torch.randn(count, 1, 8, 8, 8, generator=torch.Generator().manual_seed(2))


def test_each_patch_has_an_answer_in_its_own_cube() -> None:
    told = network()(patches(5), torch.tensor([0, 1, 2, 0, 1]))
    assert told.offsets.shape == (5, 3)
    assert told.variance.shape == told.log_spread.shape == (5,)
    assert float(told.offsets.detach().abs().max()) < 1.0


def test_the_same_patch_is_answered_by_landmark() -> None:
    one = patches(1).expand(2, -1, -1, -1, -1)
    told = network()(one, torch.tensor([0, 2])).offsets.detach()
    assert float((told[0] - told[1]).abs().max()) > 1e-3


def test_an_answer_depends_on_no_other_patch() -> None:
    net, shown = network().eval(), patches(4)
    landmarks = torch.tensor([0, 1, 2, 0])
    together, alone = net(shown, landmarks), net(shown[1:2], landmarks[1:2])
    torch.testing.assert_close(together.offsets[1:2], alone.offsets, atol=1e-5, rtol=1e-4)


def test_the_doubt_does_not_change_what_the_trunk_learns() -> None:
    net = network()
    net(patches(2), torch.tensor([0, 1])).log_spread.sum().backward()
    assert net.doubt.weight.grad is not None
    assert all(p.grad is None for p in net.unet.parameters())


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"size": 10}, "size is 10: give a multiple of 8"),
        ({"spacing": 0.0}, "spacing is 0"),
        ({"embedding": 0}, "embedding is 0"),
        ({"activation": "tanh"}, "activation is 'tanh'"),
        ({"prior": -0.5}, "prior is -0.5"),
    ],
)
def test_bad_settings_are_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        FocusSettings(**wrong)
