"""Velocities lead where SciPy's solver of differential equations leads, and do not fold."""

import numpy as np
import pytest
import torch
from lattices import flow, places_in
from scipy.integrate import solve_ivp

from craniomark.engine.maps import Displacement, Velocity, integrated


@pytest.mark.parametrize("seed", range(3))
def test_points_end_where_the_flow_takes_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    f = flow(rng, 2.0)
    points = places_in(f, rng, 0.1)
    speed = Displacement(f.vectors, f.matrix)

    def slope(_: float, flat: np.ndarray) -> np.ndarray:
        at = torch.from_numpy(flat.reshape(-1, 3))
        return (speed(at) - at).numpy().ravel()

    expected = solve_ivp(slope, (0, 1), points.ravel(), rtol=1e-6, atol=1e-8).y[:, -1].reshape(-1, 3)
    step = np.linalg.norm(f.matrix[:3, :3], axis=0).min()
    assert np.abs(expected - points).max() > 0.5 * step
    np.testing.assert_allclose(f(torch.from_numpy(points)).numpy(), expected, atol=0.1 * step)


def test_a_constant_velocity_is_a_shift() -> None:
    vectors = torch.tensor([0.3, -0.2, 0.1]).view(3, 1, 1, 1).expand(3, 5, 5, 5)
    f = Velocity(vectors, np.eye(4))
    torch.testing.assert_close(f(torch.full((1, 3), 2.0)), torch.tensor([[2.3, 1.8, 2.1]]))


def test_a_strong_velocity_does_not_fold_where_its_displacement_would() -> None:
    line = torch.zeros(2, 33, 33)
    line[0] = 8 * torch.sin(torch.linspace(0, 2 * torch.pi, 33))[:, None]
    steps = (torch.arange(33.0)[:, None] + line[0]).diff(dim=0)
    flowed = (torch.arange(33.0)[:, None] + integrated(line[None], 8)[0, 0]).diff(dim=0)
    assert float(steps.min()) < 0
    assert float(flowed.min()) > 0


def test_gradients_reach_the_velocities() -> None:
    velocities = torch.zeros(2, 3, 4, 4, 4, requires_grad=True)
    integrated(velocities).sum().backward()
    assert velocities.grad is not None
    assert float(velocities.grad.abs().min()) > 0


def test_no_squarings_take_the_velocity_as_straight() -> None:
    velocities = torch.rand(1, 2, 5, 6)
    assert torch.equal(integrated(velocities, 0), velocities)
    with pytest.raises(ValueError, match="give 0 or more"):
        integrated(velocities, -1)
