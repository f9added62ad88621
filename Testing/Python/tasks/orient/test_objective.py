"""The objective: zero where all is right, each term by its weight."""

import numpy as np
import pytest
import torch

from craniomark.ground.geometry import random_rotations
from craniomark.parts.losses.rotation import six_from_rotation
from craniomark.tasks.orient.network import Guess
from craniomark.tasks.orient.objective import ObjectiveSettings, orient_losses

TURNS = torch.tensor(random_rotations(3, np.random.default_rng(1)), dtype=torch.float32)
TRUTH = {"rotation": TURNS, "centre": torch.zeros(3, 3), "scale": torch.zeros(3)}
RIGHT = Guess(six_from_rotation(TURNS), torch.zeros(3, 3), torch.zeros(3))


def test_the_truth_costs_nothing() -> None:
    losses = orient_losses(RIGHT, TRUTH, ObjectiveSettings())
    assert set(losses) == {"six", "frobenius", "geodesic", "centre", "scale"}
    assert all(float(loss) < 1e-5 for loss in losses.values())


def test_each_fault_costs_its_own_term() -> None:
    far = Guess(RIGHT.six, RIGHT.centre + 0.1, RIGHT.scale + 0.1)
    losses = orient_losses(far, TRUTH, ObjectiveSettings(centre=2.0, scale=3.0))
    assert float(losses["centre"]) == pytest.approx(2.0)
    assert float(losses["scale"]) == pytest.approx(3.0)
    assert float(losses["geodesic"]) < 1e-5
    turned = orient_losses(RIGHT._replace(six=-RIGHT.six), TRUTH, ObjectiveSettings())
    assert float(turned["geodesic"]) == pytest.approx(0.25 * np.pi, abs=1e-2)
    assert float(turned["frobenius"]) == pytest.approx(0.25 * 8, abs=1e-4)
    assert float(turned["six"]) == pytest.approx(4 / 3, abs=1e-4)


def test_a_weight_of_zero_leaves_its_term_out() -> None:
    assert set(orient_losses(RIGHT, TRUTH, ObjectiveSettings(six=0, centre=0))) == {
        "frobenius", "geodesic", "scale",
    }  # fmt: skip


def test_weights_are_checked() -> None:
    with pytest.raises(ValueError, match="scale is -1"):
        ObjectiveSettings(scale=-1)
    with pytest.raises(ValueError, match="nothing would learn"):
        ObjectiveSettings(six=0, frobenius=0, geodesic=0)
