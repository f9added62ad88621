import pytest
import torch

from craniomark.parts.losses.mind import mind, mind_loss


@pytest.mark.parametrize(("shape", "channels"), [((9, 8), 4), ((9, 8, 7), 12)])
def test_descriptors_have_a_channel_for_each_pair_of_neighbours_at_right_angles(
    shape: tuple[int, ...], channels: int
) -> None:
    assert mind(torch.rand(2, 1, *shape)).shape == (2, channels, *shape)


def test_descriptors_tell_structure_not_brightness() -> None:
    torch.manual_seed(1)
    image = torch.rand(1, 1, 20, 20)
    other = torch.rand(1, 1, 20, 20)
    assert float(mind_loss(2 - image, image)) < 0.01 * float(mind_loss(other, image))
