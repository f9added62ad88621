"""Points put onto bone: a ball whose surface is known, placed obliquely."""

import numpy as np
import pytest

from craniomark.desktop.snapping import brightness, on_bone
from craniomark.flows.pipeline.bone_box import bone_threshold
from craniomark.ground.volumes import Volume

TURN = np.array([[0.0, -0.2, 0.0, 3.0], [0.2, 0.0, 0.0, -4.0], [0.0, 0.0, -0.25, 5.0], [0.0, 0.0, 0.0, 1.0]])
RADIUS = 2.0


@pytest.fixture(scope="module")
def ball():
    """Bone of brightness 1000 within 2 mm of the middle, with a soft edge."""
    index = np.stack(np.meshgrid(*[np.arange(41)] * 3, indexing="ij"), axis=-1)
    places = index @ TURN[:3, :3].T + TURN[:3, 3]
    far = np.linalg.norm(places - middle(), axis=-1)
    return Volume((1000 * np.clip((RADIUS - far) / 0.6 + 0.5, 0, 1)).astype(np.int16), TURN)


def middle():
    return TURN[:3, :3] @ np.full(3, 20.0) + TURN[:3, 3]


@pytest.mark.parametrize("away", [1.8, 2.2])
@pytest.mark.parametrize("side", [(1, 0, 0), (0, -1, 0), (0.6, 0, 0.8)])
def test_a_point_comes_onto_the_surface_from_inside_and_outside(ball, side, away):
    found = on_bone(ball, middle() + away * np.array(side), bone_threshold(ball))
    assert np.linalg.norm(found - middle()) == pytest.approx(RADIUS, abs=0.06)
    assert np.linalg.norm(found - (middle() + RADIUS * np.array(side))) < 0.1


def test_far_from_bone_and_out_of_the_volume_there_is_none(ball):
    assert on_bone(ball, middle() + np.array([3.6, 0, 0]), 500.0) is None
    assert on_bone(ball, middle() + np.array([300.0, 0, 0]), 500.0) is None


def test_no_surface_within_reach_is_none(ball):
    assert on_bone(ball, middle() + np.array([2.2, 0, 0]), 500.0, reach_mm=0.05) is None


def test_brightness_is_that_of_voxels_and_between_them(ball):
    at = np.array([[20, 20, 11], [20.0, 20.0, 11.5]])
    places = at @ TURN[:3, :3].T + TURN[:3, 3]
    between = (float(ball.array[20, 20, 11]) + float(ball.array[20, 20, 12])) / 2
    assert np.allclose(brightness(ball, places), [ball.array[20, 20, 11], between])
    assert np.isnan(brightness(ball, np.array([[1e3, 0, 0]]))).all()
