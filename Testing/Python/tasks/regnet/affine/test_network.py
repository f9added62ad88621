"""Shapes, sizes and manners of the networks of linear maps."""

import itertools

import pytest
import torch

from craniomark.engine.families import FAMILY_NAMES
from craniomark.parts.nets.levels import normalised
from craniomark.tasks.regnet.affine.network import (
    MOST_WEIGHTS,
    AffineNetwork,
    AffineSettings,
    PointStage,
    warped,
)
from craniomark.tasks.regnet.affine.numbers import matrices_of, within_family

SMALL = {"size": 16, "widths": (8, 12), "filters": (8, 16), "points": 8}
SHAPES = [
    *({"kind": "params", "encoding": one} for one in ("concatenated", "separate")),
    *({"kind": "matrix", "backbone": one} for one in ("residual", "unet")),
]


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: "-".join(one.values()))
@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_each_stage_tells_a_map_of_the_family(axes: int, shape: dict[str, str], family: str) -> None:
    torch.manual_seed(0)
    network = AffineNetwork(AffineSettings(axes=axes, family=family, cascades=2, **shape, **SMALL))  # type: ignore[arg-type]
    fixed, moving = torch.rand(2, 3, 1, *(16,) * axes).unbind()
    found = network(fixed, moving)
    assert [one.shape for one in found] == [(3, axes + 1, axes + 1)] * 2
    for one in found if family != "affine" else ():  # untrained, any linear map may be a reflection
        torch.testing.assert_close(within_family(one, family), one, atol=2e-3, rtol=0)  # type: ignore[arg-type]
    sum(one.square().sum() for one in found).backward()
    assert all(weights.grad is not None for weights in network.parameters())


def test_default_encoders_stay_under_three_million_weights() -> None:
    for shape, axes in itertools.product(SHAPES, (2, 3)):
        network = AffineNetwork(AffineSettings(axes=axes, **shape))  # type: ignore[arg-type]
        assert sum(weights.numel() for weights in network.parameters()) <= MOST_WEIGHTS
    with pytest.raises(ValueError, match="cascades is 4, with"):
        AffineNetwork(AffineSettings(widths=(64, 128, 256), cascades=4))


@pytest.mark.parametrize("field", ["kind", "family", "axes", "encoding", "backbone", "size", "points",
                                   "cascades", "spacing", "bright", "widths", "filters"])  # fmt: skip
def test_a_setting_that_is_not_allowed_is_named(field: str) -> None:
    wrong = {"widths": (6,), "filters": (12,), "size": 25, "axes": 4}.get(field, -1)
    with pytest.raises(ValueError, match=f"{field} is"):
        AffineSettings(**{field: wrong})  # type: ignore[arg-type]


def test_points_follow_what_they_mark() -> None:
    torch.manual_seed(1)
    stage = PointStage(AffineSettings(kind="matrix", axes=2, **SMALL))  # type: ignore[arg-type]
    image = torch.zeros(1, 1, 16, 16)
    image[..., 5:9, 5:9] = 1
    moved = image.roll((4, 2), (2, 3))  # a multiple of the stem and of the levels
    with torch.no_grad():
        one, two = (stage.points(shown)[0] for shown in (image, moved))
    assert float((two - one)[0, :, 0].mean()) > float((two - one)[0, :, 1].mean()) > 0


def test_a_second_stage_sees_the_moving_image_brought_back() -> None:
    image = torch.zeros(1, 1, 32, 32)
    image[..., 10:20, 8:16] = 1
    maps = matrices_of(torch.tensor([[0.3, 0.1, -0.05]]), "rigid", 2)
    moving = warped(image, torch.linalg.inv(maps))
    back = warped(moving, maps)
    assert float((back - image).abs().mean()) < 0.25 * float((moving - image).abs().mean())


def test_brightness_and_padding_do_not_change_what_is_seen() -> None:
    image = torch.rand(2, 1, 8, 8, 8)
    torch.testing.assert_close(normalised(9 * image, 0.02), normalised(image, 0.02))
    assert normalised(torch.zeros(1, 1, 8, 8), 0.02).sum() == 0
