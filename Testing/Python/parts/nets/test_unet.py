"""The U-Net: sizes, exact places of its voxels, conditions, bad settings."""

from typing import Any

import numpy as np
import pytest
import torch

from craniomark.parts.nets.unet import UNet, UNetSettings, folded

torch.set_num_threads(1)


@pytest.mark.parametrize(("stem", "finest", "stride"), [(1, 0, 1), (2, 0, 2), (2, 1, 4), (4, 0, 4)])
def test_maps_are_as_coarse_as_the_stride_says(stem: int, finest: int, stride: int) -> None:
    settings = UNetSettings((8, 16), stem=stem, finest=finest)
    net = UNet(settings)
    edge = 2 * settings.multiple
    features = net(torch.randn(2, 1, edge, edge, 2 * edge))
    assert settings.stride == stride
    assert features.maps.shape == (2, net.map_channels, edge // stride, edge // stride, 2 * edge // stride)
    assert features.bottleneck.shape[:2] == (2, net.bottleneck_channels)


def test_folding_keeps_each_voxel_in_its_block() -> None:
    images = torch.arange(4 * 6 * 2.0).reshape(1, 1, 4, 6, 2)
    blocks = folded(images, 2)
    assert blocks.shape == (1, 8, 2, 3, 1)
    assert set(blocks[0, :, 1, 2, 0].tolist()) == set(images[0, 0, 2:4, 4:6, :].flatten().tolist())


def test_a_map_voxel_lies_in_the_middle_of_its_block_of_voxels() -> None:
    matrix = np.diag([0.3, 0.3, 0.3, 1.0])
    matrix[:3, 3] = [5, 6, 7]
    place = UNetSettings((8, 16), stem=2, finest=1).map_matrix(matrix)
    np.testing.assert_allclose(place @ [0, 0, 1, 1], [5.45, 6.45, 7.45 + 1.2, 1])


def test_an_image_moved_by_the_multiple_moves_the_maps() -> None:
    torch.manual_seed(1)
    net = UNet(UNetSettings((8, 16), stem=2)).eval()
    image = torch.zeros(1, 1, 64, 64, 64)  # borders are far
    image[..., 28:32, 28:32, 28:32] = torch.randn(4, 4, 4)
    with torch.no_grad():
        first, second = (net(i).maps for i in (image, image.roll((4, 4, 0), (2, 3, 4))))
    middle = (..., slice(12, 20), slice(12, 20), slice(12, 20))
    moved = first.roll((2, 2, 0), (2, 3, 4))
    torch.testing.assert_close(second[middle], moved[middle], atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_condition_changes_nothing_before_training_and_something_after(everywhere: bool) -> None:
    torch.manual_seed(2)
    net = UNet(UNetSettings((8, 16), everywhere=everywhere), condition=3)
    images, told = torch.randn(2, 1, 8, 8, 8), torch.randn(2, 3)
    assert len(net.conditions) == (2 if everywhere else 1)
    torch.testing.assert_close(net(images, told).maps, net(images).maps)
    for modulation in net.conditions.values():
        torch.nn.init.normal_(modulation.linear.weight)
    assert float((net(images, told).maps - net(images).maps).detach().abs().max()) > 1e-3


def test_images_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 4"):
        UNet(UNetSettings((8, 16)))(torch.zeros(1, 1, 8, 8, 6))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"filters": ()}, "filters"),
        ({"filters": (12, 16)}, "filters is .* multiples of 8"),
        ({"stem": 3}, "stem is 3: give 1, 2 or 4"),
        ({"finest": 9}, "finest is 9"),
        ({"blocks": 0}, "blocks is 0"),
    ],
)
def test_bad_settings_are_refused(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        UNetSettings(**wrong)
