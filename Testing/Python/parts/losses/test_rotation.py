"""Rotations in losses: numpy's forms are the oracles, and gradients stay finite everywhere."""

import numpy as np
import pytest
import torch

from craniomark.ground.geometry import (
    matrix_from_six,
    random_rotations,
    rotation_angle_degrees,
    six_from_matrix,
)
from craniomark.parts.losses.rotation import (
    geodesic,
    rotation_from_six,
    six_from_rotation,
    squared_frobenius,
)

torch.set_num_threads(1)
TURNS = random_rotations(20, np.random.default_rng(1))


def test_six_numbers_are_those_of_numpy() -> None:
    six = np.random.default_rng(2).normal(size=(20, 6))
    np.testing.assert_allclose(rotation_from_six(torch.tensor(six)), matrix_from_six(six), atol=1e-12)
    np.testing.assert_allclose(six_from_rotation(torch.tensor(TURNS)), six_from_matrix(TURNS))
    np.testing.assert_allclose(rotation_from_six(six_from_rotation(torch.tensor(TURNS))), TURNS, atol=1e-12)


def test_angles_and_distances_are_those_of_numpy() -> None:
    a, b = torch.tensor(TURNS[:10]), torch.tensor(TURNS[10:])
    degrees = rotation_angle_degrees(TURNS[:10], TURNS[10:])
    np.testing.assert_allclose(torch.rad2deg(geodesic(a, b)), degrees, atol=1e-4)
    squares = 8 * np.sin(np.radians(degrees) / 2) ** 2
    np.testing.assert_allclose(squared_frobenius(a, b), squares, atol=1e-12)


@pytest.mark.parametrize("degrees", [0.0, 180.0])
def test_gradients_are_finite_at_both_ends(degrees: float) -> None:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = torch.tensor([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], dtype=torch.float32)
    six = six_from_rotation(turn)[None].requires_grad_()
    geodesic(rotation_from_six(six), torch.eye(3)[None]).sum().backward()
    assert six.grad is not None and bool(six.grad.isfinite().all())


@pytest.mark.parametrize("six", [[0.0] * 6, [1.0, 2.0, 3.0, 2.0, 4.0, 6.0]])
def test_what_is_no_rotation_gives_finite_numbers(six: list[float]) -> None:
    numbers = torch.tensor([six], requires_grad=True)
    squared_frobenius(rotation_from_six(numbers), torch.eye(3)[None]).sum().backward()
    assert numbers.grad is not None and bool(numbers.grad.isfinite().all())


def test_descent_on_each_loss_finds_the_rotation() -> None:
    wanted = torch.tensor(TURNS[:4], dtype=torch.float32)
    for loss in (squared_frobenius, geodesic):
        six = torch.nn.Parameter(six_from_rotation(torch.tensor(TURNS[4:8], dtype=torch.float32)))
        optimizer = torch.optim.Adam([six], lr=0.05)
        before = geodesic(rotation_from_six(six), wanted).max()
        for _ in range(200):
            optimizer.zero_grad()
            loss(rotation_from_six(six), wanted).sum().backward()
            optimizer.step()
        after = geodesic(rotation_from_six(six), wanted).max()
        assert float(after.detach()) < 0.1 < float(before.detach())
