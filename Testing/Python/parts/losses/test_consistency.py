"""Rotation consistency of predicted and true points with the template."""

import math

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from craniomark.parts.losses.consistency import procrustes_rotation, rotation_consistency

TEMPLATE = torch.from_numpy(np.random.default_rng(1).normal(size=(7, 3)) * [3, 5, 2]).float()


def turned(degrees: float, points: torch.Tensor = TEMPLATE) -> torch.Tensor:
    turn = Rotation.from_rotvec(np.radians(degrees) * np.array([0.6, 0.0, 0.8])).as_matrix()
    return (points @ torch.from_numpy(turn.T).float() + 4)[None]


@pytest.mark.parametrize("degrees", [0.0, 10.0, 90.0])
def test_the_loss_is_the_squared_distance_of_the_rotations(degrees: float) -> None:
    loss = float(rotation_consistency(turned(degrees), turned(0.0), TEMPLATE))
    assert loss == pytest.approx(8 * math.sin(math.radians(degrees) / 2) ** 2, abs=1e-4)


def test_a_pose_that_both_share_is_no_loss() -> None:
    assert float(rotation_consistency(turned(40.0), turned(40.0), TEMPLATE)) == pytest.approx(0, abs=1e-5)


def test_missing_landmarks_and_specimens_with_too_few_take_no_part() -> None:
    truth = torch.cat([turned(0.0), turned(0.0)])
    found = torch.cat([turned(0.0), turned(50.0)])
    found[0, 0] = 99.0
    truth[0, 0] = truth[1, 3:] = float("nan")
    found.requires_grad_()
    loss = rotation_consistency(found, truth, TEMPLATE)
    assert float(loss.detach()) == pytest.approx(0, abs=1e-5)
    truth[0] = float("nan")
    rotation_consistency(found, truth, TEMPLATE).backward()
    assert found.grad is not None
    assert float(found.grad.abs().max()) == 0


def test_the_slope_turns_points_towards_the_truth() -> None:
    found = turned(20.0).requires_grad_()
    loss = rotation_consistency(found, turned(0.0), TEMPLATE)
    (slope,) = torch.autograd.grad(loss, found)
    better = rotation_consistency((found - 2 * slope).detach(), turned(0.0), TEMPLATE)
    assert float(better) < float(loss.detach())


def test_mirrored_points_still_give_a_rotation() -> None:
    mirrored = (TEMPLATE * torch.tensor([-1.0, 1, 1]))[None]
    rotation = procrustes_rotation(mirrored, TEMPLATE[None], torch.ones(1, 7))
    assert float(torch.linalg.det(rotation)) == pytest.approx(1, abs=1e-5)
