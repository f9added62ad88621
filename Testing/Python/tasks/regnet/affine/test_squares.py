"""Weighted least squares; the fits of the ground floor are the oracle."""

import numpy as np
import pytest
import torch

from craniomark.engine.families import FAMILY_NAMES
from craniomark.ground.geometry import affine_fit, rigid_fit, similarity_fit
from craniomark.tasks.regnet.affine.numbers import matrices_of, number_count
from craniomark.tasks.regnet.affine.squares import fitted

ORACLES = {"rigid": rigid_fit, "similarity": similarity_fit, "affine": affine_fit}


def pairs(
    family: str, axes: int, noise: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(3)
    numbers = rng.uniform(-0.3, 0.3, (6, number_count(family, axes)))  # type: ignore[arg-type]
    maps = matrices_of(torch.from_numpy(numbers), family, axes).float()  # type: ignore[arg-type]
    fixed = torch.from_numpy(rng.uniform(-0.7, 0.7, (6, 30, axes))).float()
    moving = fixed @ maps[:, :-1, :-1].transpose(1, 2) + maps[:, None, :-1, -1]
    moving = moving + noise * torch.from_numpy(rng.normal(size=moving.shape)).float()
    return fixed, moving, torch.from_numpy(rng.uniform(0, 1, (6, 30))).float(), maps


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_a_map_of_the_family_is_found_again(family: str, axes: int) -> None:
    fixed, moving, weights, maps = pairs(family, axes, 0.0)
    torch.testing.assert_close(fitted(fixed, moving, weights, family), maps, atol=3e-3, rtol=0)  # type: ignore[arg-type]


@pytest.mark.parametrize("family", ORACLES)
def test_noisy_points_give_the_map_of_the_oracle(family: str) -> None:
    fixed, moving, weights, _ = pairs(family, 3, 0.05)
    found = fitted(fixed, moving, weights, family).numpy()  # type: ignore[arg-type]
    for one, x, y, w in zip(found, fixed, moving, weights, strict=True):
        np.testing.assert_allclose(one, ORACLES[family](x.numpy(), y.numpy(), w.numpy()), atol=2e-3)


def test_a_pair_without_weight_does_not_count() -> None:
    fixed, moving, weights, maps = pairs("affine", 3, 0.0)
    moving[:, 0] += 5
    weights[:, 0] = 0
    torch.testing.assert_close(fitted(fixed, moving, weights, "affine"), maps, atol=3e-3, rtol=0)


@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_gradients_are_finite_even_where_all_points_agree(family: str) -> None:
    fixed = torch.zeros(2, 12, 3, requires_grad=True)
    moving = torch.rand(2, 12, 3, requires_grad=True)
    for points in (fixed, moving):
        (fitted(points, moving, torch.ones(2, 12), family) * torch.rand(4, 4)).sum().backward()  # type: ignore[arg-type]
    assert fixed.grad is not None
    assert moving.grad is not None
    assert bool(fixed.grad.isfinite().all())
    assert bool(moving.grad.isfinite().all())
