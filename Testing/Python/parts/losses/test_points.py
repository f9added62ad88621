"""Point losses against numbers worked out by hand; weights; missing landmarks."""

import pytest
import torch

from craniomark.parts.losses.points import point_loss

NAN = float("nan")
TRUTH = torch.tensor([[[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]], [[2.0, 2.0, 2.0], [NAN, NAN, NAN]]])
FOUND = torch.tensor([[[3.0, 0.0, -4.0], [1.0, 1.0, 1.1]], [[2.0, 2.0, 0.0], [9.0, 9.0, 9.0]]])
# Residuals (3, 0, -4), (0, 0, .1), (0, 0, -2), and one that is missing.
BY_HAND = {
    "l1": (7 + 0.1 + 2) / 3,
    "l2": (25 + 0.01 + 4) / 3,
    "euclidean": (5 + 0.1 + 2) / 3,
    "huber": ((0.5 * (3 - 0.25) + 0.5 * (4 - 0.25)) + 0.5 * 0.1**2 + 0.5 * (2 - 0.25)) / 3,
}


@pytest.mark.parametrize("kind", list(BY_HAND))
def test_each_loss_is_what_it_is_by_hand(kind: str) -> None:
    assert float(point_loss(FOUND, TRUTH, kind, huber_mm=0.5)) == pytest.approx(BY_HAND[kind], rel=1e-5)  # type: ignore[arg-type]


def test_inner_weights_lengthen_errors_before_they_are_reduced() -> None:
    inner = torch.tensor([2.0, 1.0])
    assert float(point_loss(FOUND, TRUTH, "l2", inner=inner)) == pytest.approx(
        (100 + 0.01 + 16) / 3, rel=1e-5
    )
    assert float(point_loss(FOUND, TRUTH, "euclidean", inner=inner)) == pytest.approx(
        (10 + 0.1 + 4) / 3, rel=1e-5
    )


def test_outer_weights_count_landmarks_more_often_after_they_are_reduced() -> None:
    outer = torch.tensor([3.0, 1.0])
    wanted = (3 * 25 + 0.01 + 3 * 4) / 7
    assert float(point_loss(FOUND, TRUTH, "l2", outer=outer)) == pytest.approx(wanted, rel=1e-5)


def test_a_specimen_of_weight_zero_takes_no_part() -> None:
    weights = torch.tensor([0.0, 1.0])
    assert float(point_loss(FOUND, TRUTH, "l2", specimens=weights)) == pytest.approx(4.0, rel=1e-5)


@pytest.mark.parametrize("kind", list(BY_HAND))
def test_missing_landmarks_have_no_slope_and_break_none(kind: str) -> None:
    found = FOUND.clone().requires_grad_()
    point_loss(found, TRUTH, kind).backward()  # type: ignore[arg-type]
    assert found.grad is not None
    assert bool(torch.isfinite(found.grad).all())
    assert float(found.grad[1, 1].abs().max()) == 0
    assert float(found.grad[0, 0].abs().max()) > 0


def test_nothing_present_is_no_loss() -> None:
    assert float(point_loss(FOUND, torch.full_like(TRUTH, NAN))) == 0


def test_another_loss_is_refused() -> None:
    with pytest.raises(ValueError, match="'cubic': give one of l1"):
        point_loss(FOUND, TRUTH, "cubic")  # type: ignore[arg-type]
