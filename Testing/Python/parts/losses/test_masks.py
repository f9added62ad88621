"""Losses of masks: what a perfect, an empty and a half right answer cost, and MONAI as the oracle."""

from collections.abc import Callable

import pytest
import torch

from craniomark.parts.losses.masks import (
    dice,
    far_weights,
    focal,
    generalised_dice,
    sensitivity_specificity,
    weighted_bce,
    weighted_dice,
)

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
LOSSES: list[Loss] = [weighted_bce, dice, weighted_dice, focal, generalised_dice, sensitivity_specificity]


@pytest.fixture
def target() -> torch.Tensor:
    found = torch.zeros(2, 1, 6, 6, 6)
    found[0, :, 1:4, 1:5, 2:5] = 1
    found[1, :, :2] = 1
    return found


@pytest.mark.parametrize("loss", LOSSES)
def test_the_better_the_answer_the_smaller_the_loss(loss: Loss, target: torch.Tensor) -> None:
    right, wrong = 8 * (2 * target - 1), -8 * (2 * target - 1)
    nothing = torch.full_like(target, -8.0)
    assert loss(right, target) < 0.02
    assert loss(right, target) < loss(torch.zeros_like(target), target) < loss(wrong, target)
    assert loss(nothing, target) > loss(right, target)


@pytest.mark.parametrize("loss", LOSSES)
def test_each_has_a_gradient_also_where_there_is_no_bone(loss: Loss) -> None:
    logits = torch.zeros(1, 1, 4, 4, 4, requires_grad=True)
    loss(logits, torch.zeros(1, 1, 4, 4, 4)).backward()
    assert logits.grad is not None and bool(logits.grad.isfinite().all()) and bool((logits.grad > 0).all())


def test_bone_counts_as_often_as_told_and_voxels_by_their_weights(target: torch.Tensor) -> None:
    logits = torch.zeros_like(target)
    share = float(target.mean())
    assert weighted_bce(logits, target, 3.0) == pytest.approx(
        float(torch.log(torch.tensor(2.0))) * (1 + 2 * share)
    )
    only = weighted_bce(4 * torch.ones_like(target), target, weights=target)
    assert only == pytest.approx(float(torch.nn.functional.softplus(torch.tensor(-4.0))), rel=1e-5)


def test_dice_of_a_batch_is_that_of_all_samples_as_one(target: torch.Tensor) -> None:
    logits = torch.where(target > 0, 20.0, -20.0)
    logits[1] = -20.0  # one sample right, one empty
    sizes = target.sum((1, 2, 3, 4))
    together = 1 - 2 * float(sizes[0]) / float(2 * sizes[0] + sizes[1])
    assert dice(logits, target, per_batch=True) == pytest.approx(together, abs=1e-4)
    assert dice(logits, target) == pytest.approx(0.5, abs=1e-3)


def test_squares_stand_in_the_denominator_and_small_volumes_count_as_much(target: torch.Tensor) -> None:
    logits = torch.zeros_like(target)
    one = target[:1]
    volumes = torch.tensor([float((1 - one).sum()), float(one.sum())])
    weights = 1 / volumes**2
    shared = (weights * 0.5 * volumes).sum()
    both = (weights * (0.25 * one.numel() + volumes)).sum()
    assert generalised_dice(logits[:1], one) == pytest.approx(float(1 - 2 * shared / both), rel=1e-5)


def test_shares_lead_from_one_class_to_the_other(target: torch.Tensor) -> None:
    everything = torch.full_like(target, 20.0)
    for loss in (weighted_dice, sensitivity_specificity):
        assert loss(everything, target, 1.0) < loss(everything, target, 0.0)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match=r"foreground is 1\.5: give a share"):
        weighted_dice(everything, target, 1.5)


def test_negatives_far_from_bone_weigh_more_and_bone_weighs_one() -> None:
    weights = far_weights(torch.tensor([-1.0, -0.5, 0.0, 0.7]), 4.0)
    assert weights.tolist() == [5.0, 3.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="far is -1"):
        far_weights(torch.zeros(2), -1)
