"""Least-squares shifts between images."""

import pytest
import torch

from craniomark.parts.nets.local_shifts import local_shifts

BLOCK = 4


def waves(places: torch.Tensor) -> torch.Tensor:
    """A smooth pattern at places, shape (..., D) voxels."""
    return 0.5 + 0.8 * torch.cos(places * torch.tensor([0.8, 0.75, 0.7])[: places.shape[-1]]).prod(-1)


def pair(axes: int, shift: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Images so that the moving one at x + shift is the fixed one at x."""
    places = torch.stack(torch.meshgrid(*[torch.arange(24.0)] * axes, indexing="ij"), -1)
    return waves(places)[None, None], waves(places - shift)[None, None]


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("window", [3, 5])
def test_a_shift_is_found_in_blocks_along_the_axes(axes: int, window: int) -> None:
    shift = torch.tensor([0.5, -0.4, 0.3])[:axes]
    found = local_shifts(*pair(axes, shift), BLOCK, (window,))
    assert found.shape == (1, axes, *[6] * axes)
    middle = found[(0, slice(None), *[slice(2, 4)] * axes)].flatten(1).mean(1)
    torch.testing.assert_close(BLOCK * middle, shift, atol=0.08, rtol=0)


def test_images_alike_are_not_apart() -> None:
    fixed, _ = pair(3, torch.zeros(3))
    assert not local_shifts(fixed, fixed, BLOCK, (1, 3)).any()


def test_air_tells_of_no_shift() -> None:
    air = torch.zeros(1, 1, 8, 8, 8)
    assert not local_shifts(air, air + 0.01, BLOCK).any()


def test_each_window_is_an_estimate_and_the_first_comes_first() -> None:
    images = pair(2, torch.tensor([0.3, 0.3]))
    both = local_shifts(*images, BLOCK, (1, 3))
    torch.testing.assert_close(both[:, :2], local_shifts(*images, BLOCK, (1,)))
    torch.testing.assert_close(both[:, 2:], local_shifts(*images, BLOCK, (3,)))


def test_pairs_of_a_batch_do_not_mix() -> None:
    one, other = pair(2, torch.tensor([0.4, 0.0])), pair(2, torch.tensor([0.0, -0.4]))
    together = local_shifts(torch.cat([one[0], other[0]]), torch.cat([one[1], other[1]]), BLOCK)
    torch.testing.assert_close(together[1:], local_shifts(*other, BLOCK))
