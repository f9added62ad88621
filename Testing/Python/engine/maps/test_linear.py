"""Linear maps; SciPy's rotations are the oracle."""

import numpy as np
import pytest
from hypothesis import given
from scipy.spatial.transform import Rotation
from synthetic import oblique, seeds, tensor

from craniomark.engine.maps import IDENTITY, Linear, rigid, similarity
from craniomark.ground.geometry.fits import apply


@given(seeds)
def test_a_linear_map_is_its_matrix(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix, points = oblique(rng), rng.uniform(-10, 10, (4, 5, 3))
    np.testing.assert_allclose(Linear(matrix)(tensor(points)).numpy(), apply(matrix, points), atol=1e-4)


def test_the_identity_leaves_points_alone() -> None:
    points = tensor(np.random.default_rng(1).normal(size=(7, 3)))
    assert (IDENTITY(points) == points).all()


@given(seeds)
def test_a_rigid_map_turns_about_its_centre_and_shifts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn, shift, centre, points = rng.normal(size=(4, 3)) * [[1], [5], [10], [10]]
    expected = Rotation.from_rotvec(turn).apply(points - centre) + centre + shift
    np.testing.assert_allclose(apply(rigid(turn, shift, centre).matrix, points), expected, atol=1e-9)


def test_a_similarity_scales_about_its_centre() -> None:
    matrix = similarity([0, 0, 0], 1.5, [1, 0, 0], [2, 2, 2]).matrix
    np.testing.assert_allclose(apply(matrix, [[2, 2, 2], [4, 2, 2]]), [[3, 2, 2], [6, 2, 2]])


def test_a_turn_in_the_plane_goes_from_the_first_axis_to_the_second() -> None:
    f = rigid([np.pi / 2], [0, 1], [1, 0])
    np.testing.assert_allclose(f(tensor([[2.0, 0.0]])).numpy(), [[1, 2]], atol=1e-6)


WRONG = [([0] * 3, 0, [0] * 3), ([0], 1, [0] * 3), ([0] * 2, 1, [0] * 2)]


@pytest.mark.parametrize(("turn", "scale", "shift"), WRONG)
def test_what_is_no_similarity_is_not_made(turn: list[float], scale: float, shift: list[float]) -> None:
    with pytest.raises(ValueError, match=r"scale|do not go together"):
        similarity(turn, scale, shift)
