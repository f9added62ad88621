import pytest
import torch

from craniomark.parts.losses.fields import (
    bending,
    diffusion,
    folding_share,
    jacobian_determinants,
    jacobian_loss,
)


def stretch(dims: int, factor: float) -> torch.Tensor:
    axes = torch.meshgrid(*[torch.arange(6.0)] * dims, indexing="ij")
    return torch.stack([factor * axes[0], *[torch.zeros_like(axes[0])] * (dims - 1)])[None]


@pytest.mark.parametrize("dims", [2, 3])
def test_determinants_are_the_volumes_of_stretched_cells(dims: int) -> None:
    torch.testing.assert_close(jacobian_determinants(stretch(dims, 0.5)), torch.full((1, *[5] * dims), 1.5))


def test_determinants_of_any_field_are_those_of_its_matrix() -> None:
    slope = torch.tensor([[0.1, -0.2, 0.3], [0.0, 0.4, -0.1], [0.2, 0.1, -0.3]])
    axes = torch.stack(torch.meshgrid(*[torch.arange(4.0)] * 3, indexing="ij"))
    field = torch.einsum("ij,j...->i...", slope, axes)[None]
    wanted = torch.linalg.det(torch.eye(3) + slope)
    torch.testing.assert_close(jacobian_determinants(field), wanted.expand(1, 3, 3, 3))


@pytest.mark.parametrize("dims", [2, 3])
def test_folds_are_counted_and_cost(dims: int) -> None:
    assert float(folding_share(stretch(dims, 0.5))) == 0 == float(jacobian_loss(stretch(dims, 0.5)))
    assert float(folding_share(stretch(dims, -1.5))) == 1
    assert float(jacobian_loss(stretch(dims, -1.5))) == pytest.approx(0.5)


@pytest.mark.parametrize("dims", [2, 3])
def test_shifts_are_free_stretches_cost_diffusion_and_only_curves_cost_bending(dims: int) -> None:
    assert float(diffusion(torch.ones(1, dims, *[6] * dims))) == 0
    assert float(diffusion(stretch(dims, 0.5))) > 0
    assert float(bending(stretch(dims, 0.5))) == pytest.approx(0, abs=1e-10)
    assert float(bending(stretch(dims, 0.5) ** 2)) > 0


@pytest.mark.filterwarnings("ignore:Using a non-tuple sequence")
@pytest.mark.parametrize("dims", [2, 3])
def test_diffusion_and_bending_are_monais(dims: int) -> None:
    from monai.losses import BendingEnergyLoss, DiffusionLoss

    torch.manual_seed(0)
    field = torch.rand(2, dims, *[7, 6, 5][:dims])
    torch.testing.assert_close(diffusion(field), DiffusionLoss()(field))
    torch.testing.assert_close(bending(field), BendingEnergyLoss()(field))


def test_grids_too_small_for_slopes_are_refused() -> None:
    with pytest.raises(ValueError, match="edges of at least 3"):
        diffusion(torch.zeros(1, 2, 2, 5))
