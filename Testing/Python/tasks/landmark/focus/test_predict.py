"""Focus predictions: from the start to what lies near it, in any pose alike."""

from typing import Any, cast

import numpy as np
import pytest
from landmark_networks import FocusOnMass, blob

from craniomark.engine.image import Image
from craniomark.ground.geometry import apply, random_rotations
from craniomark.tasks.landmark.focus.predict import focus, focus_canonically

PLACES = np.array([[-2.0, -2, 1], [3, 0, -1], [0, 3, 2], [1, -3, -3], [-3, 1, -2]])


@pytest.fixture(scope="module")
def image() -> Image:
    """Five small balls."""
    each = [blob(tuple(place), 0.3, 0.1, 60) for place in PLACES]
    return Image(sum(one.voxels for one in each), each[0].matrix)  # type: ignore[arg-type]


def net(landmarks: int = 5) -> Any:
    return cast(Any, FocusOnMass(landmarks))


def starts(seed: int = 1) -> np.ndarray:
    return PLACES + np.random.default_rng(seed).normal(0, 0.1, PLACES.shape)


def test_points_go_from_their_starts_to_what_is_seen(image: Image) -> None:
    told = focus([net()], image, starts())
    np.testing.assert_allclose(told.points, PLACES, atol=0.03)
    assert (told.scatter == 0).all()
    np.testing.assert_allclose(told.spread, np.exp(-3.0), rtol=1e-5)
    np.testing.assert_allclose(told.width, 0.3, atol=0.05)


def test_turned_patches_agree_where_the_answer_is_right(image: Image) -> None:
    told = focus([net(), net()], image, starts(), rounds=2, poses=4)
    np.testing.assert_allclose(told.points, PLACES, atol=0.02)
    assert (told.scatter > 0).all()
    assert (told.scatter < 0.02).all()
    assert (told.disagreement < 1e-9).all()


def test_unknown_starts_stay_unknown(image: Image) -> None:
    some = starts()
    some[2] = np.nan
    told = focus([net()], image, some)
    assert np.isnan(told.points[2]).all()
    assert np.isnan(told.spread).tolist() == [False, False, True, False, False]
    assert np.isnan(focus([net()], image, np.full((5, 3), np.nan)).points).all()


def test_the_same_object_gets_the_same_answer_in_any_pose(image: Image) -> None:
    rng = np.random.default_rng(3)
    for turn in random_rotations(3, rng):
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = 1.1 * turn, rng.normal(0, 10, 3)
        told = focus_canonically([net()], image.moved(pose), apply(pose, starts(4)), PLACES)
        np.testing.assert_allclose(told.points, apply(pose, PLACES), atol=0.03)
        np.testing.assert_allclose(told.width, 1.1 * 0.3, atol=0.05)


def test_too_few_starts_wrong_shapes_and_no_networks_are_refused(image: Image) -> None:
    few = np.full((5, 3), np.nan)
    few[:3] = PLACES[:3]
    with pytest.raises(ValueError, match="3 starts are known"):
        focus_canonically([net()], image, few, PLACES)
    with pytest.raises(ValueError, match=r"give \(4, 3\)"):
        focus([net(4)], image, PLACES)
    with pytest.raises(ValueError, match="no network"):
        focus([], image, PLACES)
    with pytest.raises(ValueError, match="rounds is 0"):
        focus([net()], image, PLACES, rounds=0)
    with pytest.raises(ValueError, match="poses is 0"):
        focus([net()], image, PLACES, poses=0)
