import pytest
import torch
from monai.losses import LocalNormalizedCrossCorrelationLoss

from craniomark.parts.losses.boxes import box_means
from craniomark.parts.losses.similarity import SIMILARITIES, local_ncc, mse, ncc, similarity_of


def blob(dims: int, centre: float) -> torch.Tensor:
    axes = torch.meshgrid(*[torch.linspace(-1, 1, 17)] * dims, indexing="ij")
    away = (axes[0] - centre) ** 2 + sum(axis**2 for axis in axes[1:])
    return torch.exp(-away / 0.1)[None, None]


@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("name", sorted(SIMILARITIES))
def test_every_measure_falls_as_images_come_together(name: str, dims: int) -> None:
    fixed, measure = blob(dims, 0.0), similarity_of(name)
    losses = [float(measure(blob(dims, away), fixed)) for away in (0.4, 0.2, 0.0)]
    assert losses[0] > losses[1] > losses[2]


@pytest.mark.parametrize("name", sorted(SIMILARITIES))
def test_every_measure_has_a_slope_that_leads_together(name: str) -> None:
    fixed = blob(2, 0.0)
    shift = torch.tensor(0.3, requires_grad=True)
    axes = torch.meshgrid(*[torch.linspace(-1, 1, 17)] * 2, indexing="ij")
    moving = torch.exp(-((axes[0] - shift) ** 2 + axes[1] ** 2) / 0.1)[None, None]
    similarity_of(name)(moving, fixed).backward()
    assert shift.grad is not None and shift.grad > 0


def test_correlations_leave_gain_and_offset_alone() -> None:
    fixed = blob(3, 0.0)
    assert float(ncc(3 * fixed + 1, fixed)) == pytest.approx(0, abs=1e-3)
    assert float(ncc(-fixed, fixed)) == pytest.approx(2, abs=1e-3)
    assert float(mse(3 * fixed + 1, fixed)) > 1


@pytest.mark.parametrize("name", ["lncc2", "mi", "mind"])
def test_turned_over_contrast_is_still_alike_where_that_is_promised(name: str) -> None:
    fixed, measure = blob(2, 0.0), similarity_of(name)
    assert float(measure(1 - blob(2, 0.0), fixed)) < float(measure(1 - blob(2, 0.4), fixed)) - 1e-3


def test_signed_local_correlation_is_not_content_with_turned_over_contrast() -> None:
    fixed = blob(2, 0.0)
    assert float(local_ncc(1 - fixed, fixed)) > 1


@pytest.mark.parametrize("name", sorted(SIMILARITIES))
def test_flat_images_give_finite_losses_and_slopes(name: str) -> None:
    flat = torch.zeros(1, 1, 9, 9, requires_grad=True)
    loss = similarity_of(name)(flat, torch.zeros(1, 1, 9, 9))
    loss.backward()
    assert torch.isfinite(loss) and flat.grad is not None and bool(torch.isfinite(flat.grad).all())


def test_squared_local_correlation_is_the_square_of_what_boxes_say() -> None:
    torch.manual_seed(0)
    a, b = torch.rand(2, 1, 1, 12, 11, 10)
    means = box_means(torch.stack([a, b, a * b, a * a, b * b]), 5)
    cross = means[2] - means[0] * means[1]
    ours = cross**2 / ((means[3] - means[0] ** 2) * (means[4] - means[1] ** 2))
    theirs = -LocalNormalizedCrossCorrelationLoss(3, 5, reduction="none")(a, b)
    torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)


def test_an_unknown_name_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"similarity is 'ssd': give one of mse, ncc"):
        similarity_of("ssd")


def test_an_even_box_is_refused() -> None:
    with pytest.raises(ValueError, match="size is 4"):
        box_means(torch.zeros(1, 1, 1, 5, 5), 4)
