"""Residual squeeze-and-excitation: shapes, the weights of channels, and a way around the convolutions."""

import pytest
import torch

from craniomark.parts.nets.residual_se import ResidualSE, ResidualSENet, SqueezeExcite

torch.set_num_threads(1)


def test_channels_are_weighed_by_the_whole_image() -> None:
    torch.manual_seed(1)
    layer = SqueezeExcite(8)
    maps = torch.rand(2, 8, 3, 4, 5)
    ratio = (layer(maps) / maps).detach()
    torch.testing.assert_close(ratio, ratio[..., :1, :1, :1].expand_as(ratio))
    assert 0 < float(ratio.min()) < float(ratio.max()) < 1
    other = maps.clone()
    other[:, :, 0, 0, 0] += 5
    assert float((layer(other).detach() / other - ratio).abs().max()) > 1e-3


def test_a_block_whose_body_tells_nothing_passes_its_input_on() -> None:
    block = ResidualSE(8, 8)
    torch.nn.init.zeros_(block.body[3].weight)  # type: ignore[arg-type]
    maps = torch.rand(2, 8, 4, 4, 4)
    torch.testing.assert_close(block(maps), maps)


def test_a_strided_block_halves_the_maps() -> None:
    assert ResidualSE(4, 8, stride=2)(torch.rand(1, 4, 8, 6, 4)).shape == (1, 8, 4, 3, 2)


def test_cubes_become_numbers_that_depend_on_where_things_are() -> None:
    torch.manual_seed(2)
    network = ResidualSENet(16, (8, 16), 5)
    cube = torch.zeros(2, 1, 16, 16, 16)
    cube[0, 0, 2:5, 4:6, 7:9] = 1
    cube[1] = cube[0].roll(8, 1)
    numbers = network(cube)
    assert numbers.shape == (2, 5)
    assert float((numbers[0] - numbers[1]).detach().abs().max()) > 1e-3


def test_every_weight_has_a_gradient() -> None:
    network = ResidualSENet(8, (8, 16), 3)
    network(torch.rand(4, 1, 8, 8, 8)).square().sum().backward()
    assert all(p.grad is not None and bool(p.grad.isfinite().all()) for p in network.parameters())


@pytest.mark.parametrize(("size", "widths"), [(10, (8, 8)), (2, (8, 8)), (8, ()), (8, (6, 8))])
def test_shapes_that_do_not_fit_are_refused(size: int, widths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^(size|widths) (is|are) "):
        ResidualSENet(size, widths, 3)
