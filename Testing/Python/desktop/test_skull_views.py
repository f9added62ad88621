"""A skull from six sides: the side that shows a point is taken, and the dot is where the point is."""

import numpy as np
import pytest

from craniomark.desktop.skull_views import FINENESS, SIDES, SkullViews
from craniomark.ground.volumes import Volume

SIZES = (30, 40, 20)


@pytest.fixture
def box():
    voxels = np.zeros(SIZES, np.float32)
    voxels[5:25, 5:35, 5:15] = 1.0
    matrix = np.diag([0.5, 0.5, 0.5, 1.0])
    matrix[:3, 3] = (-7, 3, 2)
    return Volume(voxels, matrix)


def dot_of(picture):
    """Row and column of the dot: what is red."""
    red = (picture[..., 0].astype(int) - picture[..., 2]) > 120
    return np.argwhere(red).mean(axis=0)


@pytest.mark.parametrize(
    ("index", "place", "size"),
    [
        ((10, 12, 14.5), (10, 12), (30, 40)),  # on top: rows from left to right of the animal
        ((24.5, 12, 10), (19 - 10, 12), (20, 40)),  # on the left
        ((5, 12, 10), (19 - 10, 39 - 12), (20, 40)),  # on the right: the front is to the right
        ((10, 12, 5), (29 - 10, 12), (30, 40)),  # below
        ((15, 5, 10), (19 - 10, 15), (20, 30)),  # in front
        ((15, 34.5, 10), (19 - 10, 29 - 15), (20, 30)),  # behind
    ],
)
def test_the_side_that_shows_a_point(box, index, place, size):
    picture = SkullViews(box, 0.5).picture(box.to_lps(index))
    assert picture.shape == (*(FINENESS * (n - 1) + 1 for n in size), 3) and picture.dtype == np.uint8
    assert dot_of(picture) == pytest.approx(np.array(place) * FINENESS, abs=1.0)


def test_every_side_is_seen_from_a_right_handed_place():
    for side in SIDES:
        assert np.linalg.det(side.turn) == pytest.approx(1.0)


def test_bone_is_lit_and_paper_is_paper(box):
    picture = SkullViews(box, 0.5).picture(box.to_lps((10, 12, 14.5)))
    assert picture[0, 0].tolist() == [239, 239, 239]
    bone = picture[20 * FINENESS, 30 * FINENESS].astype(int)
    assert bone[0] > bone[2] > 60, "lit from above, of the colour of bone"


def test_axes_the_other_way_round_give_the_same_picture(box):
    point = box.to_lps((10, 12, 14.5))
    turned = np.diag([-0.5, 0.5, 0.5, 1.0])
    turned[:3, 3] = box.to_lps((29, 0, 0))
    flipped = Volume(box.array[::-1], turned)
    assert np.array_equal(SkullViews(flipped, 0.5).picture(point), SkullViews(box, 0.5).picture(point))


def test_an_oblique_volume_is_refused(box):
    turn = np.eye(4)
    turn[:2, :2] = [[0.8, -0.6], [0.6, 0.8]]
    with pytest.raises(ValueError, match="axes"):
        SkullViews(box.moved(turn), 0.5)
