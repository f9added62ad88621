import pytest
import torch

from craniomark.parts.losses.overlap import dice_loss, landmark_tre


@pytest.mark.parametrize("dims", [2, 3])
def test_labels_that_meet_cost_nothing_and_those_apart_cost_one(dims: int) -> None:
    here = torch.zeros(1, 2, *[6] * dims)
    here[:, :, :3] = 1
    assert float(dice_loss(here, here)) == pytest.approx(0, abs=1e-4)
    assert float(dice_loss(1 - here, here)) == pytest.approx(1, abs=1e-4)


def test_registration_error_is_the_mean_distance_of_the_landmarks_that_there_are() -> None:
    truth = torch.tensor([[[0.0, 0, 0], [1, 1, 1], [float("nan")] * 3]])
    carried = truth.nan_to_num() + torch.tensor([3.0, 4.0, 0.0])
    assert float(landmark_tre(carried, truth)) == pytest.approx(5)
