"""Seven numbers step a pose as their meanings say."""

import numpy as np
import torch
from hypothesis import given
from scipy.spatial.transform import Rotation
from synthetic import seeds, similarity, tensor

from craniomark.engine.poses import as_matrix, skew, updated
from craniomark.ground.geometry.fits import apply
from craniomark.ground.geometry.rotations import random_rotations


@given(seeds)
def test_the_cross_product_matrix_is_that_of_numpy(seed: int) -> None:
    a, b = np.random.default_rng(seed).normal(size=(2, 6, 3))
    found = (skew(tensor(a)) @ tensor(b)[..., None])[..., 0]
    np.testing.assert_allclose(found.numpy(), np.cross(a, b), atol=1e-5)


@given(seeds)
def test_a_step_turns_in_the_targets_axes_shifts_and_scales(seed: int) -> None:
    rng = np.random.default_rng(seed)
    linear, offset = 1.1 * random_rotations(3, rng), rng.normal(size=(3, 3))
    step = rng.uniform(-0.3, 0.3, (3, 7))
    found, place = updated(tensor(linear), tensor(offset), tensor(step))
    turn = Rotation.from_rotvec(step[:, :3]).as_matrix()
    np.testing.assert_allclose(found.numpy(), np.exp(step[:, 6])[:, None, None] * turn @ linear, atol=1e-5)
    np.testing.assert_allclose(place.numpy(), offset + step[:, 3:6], atol=1e-5)


@given(seeds)
def test_a_matrix_takes_the_centre_to_the_offset(seed: int) -> None:
    rng = np.random.default_rng(seed)
    linear, offset, centre = 0.9 * random_rotations(4, rng), rng.normal(size=(4, 3)), rng.normal(size=3)
    for k, matrix in enumerate(as_matrix(tensor(linear), tensor(offset), tensor(centre))):
        np.testing.assert_allclose(apply(matrix, centre), offset[k], atol=1e-5)
        np.testing.assert_allclose(matrix[:3, :3], linear[k], atol=1e-6)
        np.testing.assert_array_equal(matrix[3], [0, 0, 0, 1])


def test_an_updated_pose_is_the_old_one_followed_by_the_step_about_where_the_centre_lies() -> None:
    rng = np.random.default_rng(2)
    linear, offset, centre = (
        tensor(random_rotations(1, rng)),
        tensor(rng.normal(size=(1, 3))),
        tensor([1, 2, 3]),
    )
    step = tensor([[0.1, -0.2, 0.05, 0.3, -0.4, 0.5, 0.07]])
    before = as_matrix(linear, offset, centre)[0]
    after = as_matrix(*updated(linear, offset, step), centre)[0]
    turn = Rotation.from_rotvec([0.1, -0.2, 0.05]).as_matrix()
    moved = similarity(turn, np.exp(0.07), [0.3, -0.4, 0.5], about=offset[0].numpy())
    np.testing.assert_allclose(after, moved @ before, atol=1e-5)


def test_no_step_changes_nothing() -> None:
    linear, offset = tensor(random_rotations(2, np.random.default_rng(3))), torch.ones(2, 3)
    same = updated(linear, offset, torch.zeros(2, 7))
    torch.testing.assert_close(same, (linear, offset))
