"""Proposals: every view's answer is brought back, what most agree on comes first, untrained means wrong."""

from typing import Any

import numpy as np
import pytest
import torch
from synthetic import similarity

from craniomark.engine.image import Image
from craniomark.ground.geometry import nearest_rotation, random_rotations, rotation_angle_degrees
from craniomark.ground.geometry.fits import similarity_fit
from craniomark.ground.geometry.rotations import rotation_grid
from craniomark.parts.losses.rotation import six_from_rotation
from craniomark.tasks.orient.cubes import bright_centre, coarse_view, turned_cubes
from craniomark.tasks.orient.network import Guess, NetworkSettings, OrientNetwork
from craniomark.tasks.orient.predict import VIEWS, propose

SETTINGS = NetworkSettings(size=16, spacing=2.0, widths=(8, 8))
TURN = random_rotations(1, np.random.default_rng(3))[0]


class Knows(OrientNetwork):
    """Tells the true pose of every view; `wrong` of them are turned elsewhere."""

    def __init__(self, arm: np.ndarray, wrong: int = 0) -> None:
        super().__init__(SETTINGS)
        self.arm, self.wrong = arm, wrong

    def forward(self, cubes: torch.Tensor) -> Guess:
        views = np.concatenate([np.eye(3)[None], rotation_grid(len(cubes) - 1)])
        told = views @ TURN
        told[1 : 1 + self.wrong] = random_rotations(self.wrong, np.random.default_rng(4))
        six = six_from_rotation(torch.tensor(told, dtype=torch.float32))
        centre = torch.tensor(views @ self.arm / SETTINGS.reach, dtype=torch.float32)
        return Guess(six, centre, torch.full((len(cubes),), 0.1))


@pytest.fixture(scope="module")
def spot() -> Image:
    """A bright ball at (5, 6, 7) mm."""
    axis = torch.arange(40.0) * 0.8 - 12
    grid = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1)
    matrix = np.diag([0.8, 0.8, 0.8, 1.0])
    matrix[:3, 3] = -12
    return Image((3 - (grid - torch.tensor([5.0, 6.0, 7.0])).norm(dim=-1)).clamp(0, 1), matrix)


@pytest.mark.parametrize("wrong", [0, 3])
def test_views_are_brought_back_and_most_of_them_decide(spot: Image, wrong: int) -> None:
    arm = np.array([1.0, -2.0, 3.0])
    found = propose(Knows(arm, wrong), spot)
    assert len(found.score) == VIEWS + 2
    linear = found.linear.numpy().astype(float)
    np.testing.assert_allclose(linear[0], np.exp(0.1) * TURN, atol=1e-4)
    off = rotation_angle_degrees(linear / np.exp(0.1), TURN)
    assert (off < 0.1).sum() == VIEWS + 2 - wrong
    np.testing.assert_allclose(found.offset[0], np.array([5.0, 6.0, 7.0]) + arm, atol=0.15)
    assert float(found.score[0]) == pytest.approx((VIEWS + 1 - wrong) / (VIEWS + 1))


def test_the_bright_centre_does_not_move_with_padding_or_gain(spot: Image) -> None:
    found = bright_centre(spot, SETTINGS)
    np.testing.assert_allclose(found, [5, 6, 7], atol=0.3)
    matrix = spot.matrix.copy()
    matrix[:3, 3] -= 0.8 * np.array([9, 4, 0])
    padded = Image(torch.nn.functional.pad(90 * spot.voxels, (0, 7, 4, 0, 9, 2)), matrix)
    np.testing.assert_allclose(bright_centre(padded, SETTINGS), found, atol=1e-3)


def test_a_view_shows_the_content_turned(spot: Image) -> None:
    quarter = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    middle = np.array([2.0, 6.0, 7.0])  # the ball lies 3 mm along the first axis
    plain, turned = turned_cubes(spot, middle, np.stack([np.eye(3), quarter]), SETTINGS)
    torch.testing.assert_close(turned[0], plain[0].transpose(0, 1).flip(0), atol=1e-4, rtol=0)
    axis = (torch.arange(16) - 7.5) * 2.0
    places = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), -1)
    weights = turned[0][..., None]
    np.testing.assert_allclose((weights * places).sum((0, 1, 2)) / weights.sum(), [0, 3, 0], atol=0.2)


def test_an_untrained_network_proposes_wrong_poses(skulls: list[Any]) -> None:
    """The null of every trained network's test: an answer must be learnt."""
    rng = np.random.default_rng(8)
    degrees = []
    torch.manual_seed(2)
    network = OrientNetwork(NetworkSettings()).eval()
    for skull in skulls[:2]:
        turned = similarity(random_rotations(1, rng)[0], about=skull.volume.centre)
        truth = turned @ similarity_fit(skulls[0].points, skull.points)
        coarse = coarse_view(Image.of(skull.volume.moved(turned)), 1.25)
        found = propose(network, coarse).linear.numpy().astype(float)
        turns = np.stack([nearest_rotation(one) for one in found])
        degrees.append(rotation_angle_degrees(turns[0], nearest_rotation(truth)))
    assert np.mean(degrees) > 30
